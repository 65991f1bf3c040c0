"""The data page: choosing data, one's own or one that ships, and looking at it before it trains."""
