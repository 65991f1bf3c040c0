"""Everything a person sees and touches. The only room with Qt."""
