"""What tests stand on: servers, browsers, a clock and ids that can be set. Nothing here tests anything."""
