"""Pages in a browser, in a made-up language, and as each kind of visitor gets them."""
