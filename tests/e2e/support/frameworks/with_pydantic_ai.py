"""pydantic-ai: an agent whose model is a function of ours and has the profile of one of OpenAI's."""
from lines import serve  # before all others: it settles their environment

import contextlib
import json

from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, RetryPromptPart, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.profiles.openai import openai_model_profile


def run(url, model):
    return Agent(FunctionModel(model, profile=openai_model_profile("gpt-5")), toolsets=[MCPToolset(url)]).run_sync("Go on.")


@contextlib.contextmanager
def open_client(url):
    shown = []

    def look(_, info):
        shown.extend({"name": tool.name, "parameters": tool.parameters_json_schema} for tool in info.function_tools)
        return ModelResponse(parts=[TextPart("seen")])

    def call(name, arguments):
        told = []

        def model(messages, _):
            for part in messages[-1].parts:
                if isinstance(part, (ToolReturnPart, RetryPromptPart)):
                    told.append(part)
                    return ModelResponse(parts=[TextPart("done")])
            return ModelResponse(parts=[ToolCallPart(name, json.dumps(arguments))])

        run(url, model)
        if isinstance(told[0], RetryPromptPart):
            raise RuntimeError(told[0].model_response())
        return told[0].model_response_str()

    run(url, look)
    yield shown, call


serve(open_client)
