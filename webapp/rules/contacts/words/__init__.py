"""What words in headers, cells and notes mean: languages beside English and Spanish, and whom they say not to text."""
