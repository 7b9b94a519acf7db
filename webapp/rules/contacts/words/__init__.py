"""The meaning of words in headers, cells and notes: languages beside English and Spanish, and whom they say not to text."""
