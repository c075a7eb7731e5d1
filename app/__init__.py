"""The domain of Cổng Trường: it knows no HTTP framework and no push gateway."""
