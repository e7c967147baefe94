"""AWS: a month of line items, and the two formats that they are delivered in."""
