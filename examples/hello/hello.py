"""The smallest function: one file, no dependencies."""


def handler(event, context):
    return {"message": f"Hello, {event.get('name', 'world')}!"}
