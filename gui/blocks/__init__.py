"""What a person does with blocks: group, ungroup, expose, share, keep them in a library; and networks."""
