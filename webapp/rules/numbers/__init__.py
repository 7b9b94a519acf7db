"""Rules about the campaign's numbers: which one a contact gets, and when a queue will be done."""
