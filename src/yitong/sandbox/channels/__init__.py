"""What the sandbox's payment channels share: books that survive a restart, notices that go wrong, a page to pay on."""
