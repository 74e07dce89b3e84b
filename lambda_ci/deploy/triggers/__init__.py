"""What calls the alias of a function: EventBridge rules, and permissions for what others have set up. One file each."""
