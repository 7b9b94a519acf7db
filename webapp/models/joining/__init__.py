"""How people come into a campaign, and whether their e-mail is theirs."""
