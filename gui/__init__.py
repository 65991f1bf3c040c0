"""Everything a person sees and touches. The only room that knows Qt; torch stays out of it."""
