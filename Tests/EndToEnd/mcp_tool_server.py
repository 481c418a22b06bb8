"""A tool server written with PyPI's `mcp`, as many are: on standard input and output, or at an address.

    mcp_tool_server.py stdio
    mcp_tool_server.py http PORT
    mcp_tool_server.py sse PORT
"""

import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer("notes")


@server.tool()
def find_note(query: str) -> str:
    """Finds the note that is about something."""
    return f"A note about {query}: the heat pump has paid off since 1998."


@server.tool()
def broken_note(query: str) -> str:
    """Fails."""
    raise ValueError("the notes have burnt")


if sys.argv[1] == "sse":
    server.run(transport="sse", port=int(sys.argv[2]))
elif sys.argv[1] == "http":
    server.run(transport="streamable-http", port=int(sys.argv[2]))
else:
    print("notes on standard error", file=sys.stderr, flush=True)
    server.run(transport="stdio")
