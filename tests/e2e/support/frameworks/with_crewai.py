"""crewai-tools: its tools as CrewAI offers them to a model that calls functions, and the functions that it calls then."""
from lines import serve  # before all others: it settles their environment

import contextlib

from crewai.utilities.agent_utils import convert_tools_to_openai_schema
from crewai_tools import MCPServerAdapter


@contextlib.contextmanager
def open_client(url):
    with MCPServerAdapter({"url": url, "transport": "streamable-http"}, connect_timeout=120) as tools:
        shown, functions, _ = convert_tools_to_openai_schema(tools)
        names = [{key: one["function"][key] for key in ("name", "parameters")} for one in shown]
        yield names, lambda name, arguments: str(functions[name](**arguments))


serve(open_client)
