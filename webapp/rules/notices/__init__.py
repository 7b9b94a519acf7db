"""Rules about notices: quiet hours, links in what is told, why somebody was not told."""
