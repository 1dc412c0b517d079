"""plex.tv, by way of plexapi. Import only where Plex is called: plexapi costs half a DynamoDB client at cold start."""
