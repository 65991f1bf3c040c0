"""The steps that prepare the data, as a person sees and changes them: a list, their options, before and after."""
