"""Text-described network and process diagrams: notation, layout, drawing, scoring, and the models around them."""
