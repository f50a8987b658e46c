#pragma once

#include "catalog/integration.hpp"

#include <string>

namespace sluice::catalog::test {

/// A small definition in which tests change single lines.
inline std::string const kManifest = R"(name: desk
label: Desk
category: helpdesk
openapi: openapi.yaml
base_url: "https://{{context.subdomain}}.desk.example"
context:
  subdomain: {label: Subdomain, type: string, pattern: "^[a-z0-9-]+$", max_length: 63, required: true}
credentials:
  api_key:
    label: API key
    fields:
      email: {label: E-mail, required: true}
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: basic, config: {username: "{{context.email}}", password: "{{context.api_key}}"}}
  oauth2:
    label: OAuth
    authorize_url: "{{base_url}}/oauth/authorize"
    token_url: "{{base_url}}/oauth/token"
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
pagination:
  format: cursor
  config: {items: data, next: meta.next_cursor, cursor_parameter: cursor, limit_parameter: limit, default_limit: 30, max_limit: 100}
rate_limit:
  windows: [{name: account, ratio: {header: x-calls}, drain_s: 20}]
tool_tags: {tickets: [tickets]}
resources:
  tickets:
    methods:
      list: {operation: list-tickets, paginated: true}
      get: {operation: get-ticket}
      create: {operation: create-ticket}
      update: {operation: update-ticket}
      delete: {operation: delete-ticket}
      search: {operation: search-tickets, access: read, destructive: false}
)";

inline std::string const kDocument = R"(openapi: 3.1.0
info: {title: Desk, version: "1"}
paths:
  /api/tickets:
    get:
      operationId: list-tickets
      summary: List tickets
      description: Lists tickets.
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: cursor, in: query, schema: {type: string}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}
        - {name: created, in: query, style: deepObject, schema: {type: object, properties: {gte: {type: string}}}}
    post:
      operationId: create-ticket
      summary: Create a ticket
      description: Creates a ticket.
      parameters:
        - {name: subject, in: query, schema: {type: string}, description: From the query.}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [subject]
              properties:
                subject: {type: string, minLength: 1, maxLength: 20, pattern: "^[A-Z]"}
                priority: {type: string, enum: [low, high]}
                assignee: {type: ["integer", "null"], minimum: 1}
                source: {$ref: "#/components/schemas/Source"}
  /api/tickets/{id}:
    parameters: []
    get:
      operationId: get-ticket
      summary: Get a ticket
      description: Reads one.
      parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    put:
      operationId: update-ticket
      summary: Update a ticket
      description: Changes one.
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {status: {type: string}}}}}}
    delete:
      operationId: delete-ticket
      summary: Delete a ticket
      description: Deletes one.
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  /api/search:
    put:
      operationId: search-tickets
      summary: Search
      description: Searches.
      requestBody: {content: {application/json: {schema: {type: array, items: {type: string}}}}}
components:
  schemas:
    Source:
      type: object
      properties:
        to: {type: array, items: {type: object, required: [address], properties: {address: {type: string}}}}
)";

inline std::string replaced(std::string text, std::string const& from, std::string const& to)
{
    auto const at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline Result<IntegrationPtr> compile_text(std::string const& manifest, std::string const& document)
{
    auto first = documents::read_source("integration.yaml", manifest);
    if (!first)
        return first.error();
    auto second = documents::read_source("openapi.yaml", document);
    if (!second)
        return second.error();
    return compile({*std::move(first), *std::move(second)}, builtin_id("desk"));
}

inline IntegrationPtr desk()
{
    static IntegrationPtr const kDesk = [] {
        auto compiled = compile_text(kManifest, kDocument);
        return compiled ? *compiled : nullptr;
    }();
    return kDesk;
}

} // namespace sluice::catalog::test
