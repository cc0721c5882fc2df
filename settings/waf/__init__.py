"""The `[waf]` table: true limits per client, in front of the API."""
