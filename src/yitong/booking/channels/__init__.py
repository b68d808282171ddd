"""Who may book when and from which pool: channels, quotas, the flow of unused quota, and hospital systems beside us."""
