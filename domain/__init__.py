"""The rules of assessment and the SQL behind them; no web, no GraphQL, no payment provider."""
