"""What every context shares: errors, the actor, the database, statements, paging, events, jobs."""
