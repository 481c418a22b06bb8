"""A tool server written with PyPI's `mcp`, as many are: on standard input and output, or at an address.

    mcp_tool_server.py stdio
    mcp_tool_server.py http PORT
    mcp_tool_server.py https PORT CERTIFICATE
    mcp_tool_server.py resumed PORT       ends the stream of every call, and gives the answer when it is taken up again
    mcp_tool_server.py sse PORT
"""

import sys

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.streamable_http import EventMessage, EventStore

server = MCPServer("notes")


class Events(EventStore):
    """Keeps every event, so that a stream can be taken up behind any of them."""

    def __init__(self):
        self.all = []

    async def store_event(self, stream_id, message):
        self.all.append((stream_id, message))
        return str(len(self.all))

    async def replay_events_after(self, last_event_id, send_callback):
        place = int(last_event_id)
        stream = self.all[place - 1][0]
        for number, (other, message) in enumerate(self.all[place:], place + 1):
            if other == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


class WithHandshake:
    """Refuses the question that servers without handshake answer: only those with one take streams up again."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        headers = dict(scope.get("headers", []))
        if headers.get(b"last-event-id"):
            print(f"taken up behind {headers[b'last-event-id'].decode()}", flush=True)
        if headers.get(b"mcp-method") == b"server/discover":
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, send)


@server.tool()
async def find_note(query: str, context: Context) -> str:
    """Finds the note that is about something."""
    if sys.argv[1] == "resumed":
        await context.close_sse_stream()
    return f"A note about {query}: the heat pump has paid off since 1998."


@server.tool()
def broken_note(query: str) -> str:
    """Fails."""
    raise ValueError("the notes have burnt")


match sys.argv[1]:
    case "sse":
        server.run(transport="sse", port=int(sys.argv[2]))
    case "http":
        server.run(transport="streamable-http", port=int(sys.argv[2]))
    case "https":
        uvicorn.run(
            server.streamable_http_app(), port=int(sys.argv[2]), ssl_certfile=sys.argv[3], log_level="warning")
    case "resumed":
        app = WithHandshake(server.streamable_http_app(event_store=Events(), retry_interval=20))
        uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
    case _:
        print("notes on standard error", file=sys.stderr, flush=True)
        server.run(transport="stdio")
