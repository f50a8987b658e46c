#include "base/encoding.hpp"
#include "catalog/integration.hpp"
#include "commands.hpp"
#include "crypto/token.hpp"
#include "session.hpp"
#include "tools/tool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {
namespace {

Result<std::string> read_text(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return invalid(path, "cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// `path` may be the directory, or the manifest in it.
Result<catalog::Definition> read_definition(std::string const& path)
{
    std::filesystem::path const given(path);
    bool const is_file = std::filesystem::is_regular_file(given);
    if (is_file && given.filename() != "integration.yaml")
        return invalid(path, "must be a directory with integration.yaml and the OpenAPI file that it names");
    auto const directory = is_file ? (given.has_parent_path() ? given.parent_path().string() : std::string(".")) : path;
    auto const manifest_path = directory + "/integration.yaml";
    auto const manifest_text = read_text(manifest_path);
    if (!manifest_text)
        return manifest_text.error();
    auto manifest = documents::read_source("integration.yaml", *manifest_text);
    if (!manifest)
        return manifest.error();
    auto const* root = manifest->root.if_object();
    auto const* document_name = root != nullptr ? json::string_at(*root, "openapi") : nullptr;
    if (document_name == nullptr || document_name->find('/') != std::string::npos)
        return invalid("integration.yaml openapi", "must name a file beside the manifest");
    auto const document_text = read_text(directory + '/' + std::string(*document_name));
    if (!document_text)
        return document_text.error();
    auto document = documents::read_source(std::string(*document_name), *document_text);
    if (!document)
        return document.error();
    return catalog::Definition{*std::move(manifest), *std::move(document)};
}

/// The methods that no model sees, each with the reason.
json::array methods_without_tool(catalog::Integration const& integration, tools::ToolList const& tools)
{
    json::array methods;
    for (auto const& method : integration.methods)
        if (auto const why = tools.why_without(method.tool_name); !why.empty())
            methods.push_back(
                json::object{{"method", fmt::format("{}.{}", method.resource, method.name)}, {"reason", why}});
    return methods;
}

/// Checks a name. The database has the same bound, in characters.
Result<void> check_name(std::string const& what, std::string const& name)
{
    constexpr std::ptrdiff_t kMostCharacters = 200;
    auto const characters = std::ranges::count_if(name, [](char c) { return (c & 0xC0) != 0x80; });
    if (is_utf8(name) && characters >= 1 && characters <= kMostCharacters)
        return {};
    return invalid(what, fmt::format("must be a text of 1 to {} characters in UTF-8", kMostCharacters));
}

} // namespace

Result<void> migrate(Options const& options)
{
    if (options.migrate_url().empty())
        return invalid("migrate.database_url", "is required: set SLUICE_MIGRATE_DATABASE_URL or the config file");
    auto const report = pg::migrate(options.migrate_url(), store::migrations());
    if (!report)
        return report.error();
    auto const published = store::publish_builtins(options.migrate_url());
    if (!published)
        return published.error();
    json::array applied;
    for (auto const& name : report->applied)
        applied.emplace_back(name);
    json::array changed;
    for (auto const& name : *published)
        changed.emplace_back(name);
    json::object answer;
    answer["applied"] = std::move(applied);
    answer["already_there"] = report->already_there;
    answer["published_integrations"] = std::move(changed);
    print(answer);
    return {};
}

Result<void> create_team(Options const& options, std::string const& name)
{
    if (auto const checked = check_name("The team's name", name); !checked)
        return checked;
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto const team =
        (*session)->run((*session)->store().tenancy().ensure_team(name, operator_author(), Session::deadline()));
    if (!team)
        return team.error();
    print({{"id", team->value.id.str()}, {"name", team->value.name}, {"created", team->is_new}});
    return {};
}

Result<void> create_environment(Options const& options, std::string const& team, std::string const& name)
{
    if (auto const checked = check_name("The environment's name", name); !checked)
        return checked;
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto const made = (*session)->run(
        (*session)->store().tenancy().ensure_environment(team, name, operator_author(), Session::deadline()));
    if (!made)
        return made.error();
    print({{"id", made->value.id.str()},
           {"team_id", made->value.team_id.str()},
           {"name", made->value.name},
           {"created", made->is_new}});
    return {};
}

Result<void> create_api_token(Options const& options, std::string const& team, std::string const& environment,
                              NewToken const& wanted)
{
    auto const& [name, scopes, expires_at, is_mcp_only, replace] = wanted;
    if (auto const checked = check_name("The token's name", name); !checked)
        return checked;
    tenancy::NewApiToken new_token{.name = name, .is_mcp_only = is_mcp_only};
    if (!scopes.empty())
        new_token.scopes = scopes;
    if (auto const known = tenancy::permissions_of_scopes(new_token.scopes); !known)
        return known.error();
    if (!expires_at.empty()) {
        new_token.expires_at = parse_timestamp(expires_at);
        if (!new_token.expires_at || *new_token.expires_at <= std::chrono::system_clock::now())
            return invalid("--expires", "must be a time to come, such as 2027-01-31T00:00:00Z");
    }
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto& tokens = session.store().api_tokens();
    auto const found = session.run(session.store().tenancy().find_environment(team, environment, Session::deadline()));
    if (!found)
        return found.error();
    auto const secret = crypto::mint_token(session.keyring(), crypto::TokenKind::api);
    auto const hash = crypto::hash_token(session.keyring(), secret.reveal());
    auto token =
        session.run(tokens.create(found->id, std::move(new_token), hash, operator_author(), Session::deadline()));
    bool is_new = token.has_value();
    if (!token && token.error().code() == ErrorCode::conflict) {
        auto const known = session.run(tokens.find_by_name(found->id, name, Session::deadline()));
        if (!known)
            return token.error(); // The name is free: it is another conflict.
        if (known->is_mcp_only != is_mcp_only)
            return Error{ErrorCode::conflict,
                         fmt::format("There is an API token named {} already, {} --mcp-only: choose another name.",
                                     name, known->is_mcp_only ? "made with" : "made without")};
        bool const is_other = (!scopes.empty() && known->scopes != scopes) ||
                              (!expires_at.empty() && known->expires_at != parse_timestamp(expires_at));
        if (is_other)
            return Error{ErrorCode::conflict,
                         fmt::format("There is an API token named {} already, with other scopes or another end: choose "
                                     "another name, or revoke it first.",
                                     name)};
        token = replace
                    ? session.run(tokens.replace_secret(found->id, name, hash, operator_author(), Session::deadline()))
                    : known;
        is_new = replace && token.has_value();
    }
    if (!token)
        return token.error();
    print({{"id", token->id.str()},
           {"environment_id", token->environment.str()},
           {"name", token->name},
           {"mcp_only", token->is_mcp_only},
           {"scopes", json::array_of(token->scopes)},
           {"expires_at", token->expires_at ? json::value(to_rfc3339(*token->expires_at)) : json::value(nullptr)},
           {"created", is_new},
           {"token", is_new ? json::value(secret.reveal()) : json::value(nullptr)}});
    return {};
}

Result<void> check_integration(std::string const& directory)
{
    auto const definition = read_definition(directory);
    if (!definition)
        return definition.error();
    auto const compiled = catalog::compile(*definition, catalog::builtin_id(directory));
    if (!compiled)
        return compiled.error();
    auto const derived = tools::derive_tools(*compiled, {});
    json::array tools;
    for (std::size_t i = 0; i < derived.tools->size(); ++i)
        tools.emplace_back((*derived.tools)[i].name);
    json::object answer{{"name", (*compiled)->name}, {"methods", (*compiled)->methods.size()}};
    answer["tools"] = std::move(tools);
    answer["without_tool"] = methods_without_tool(**compiled, *derived.tools);
    print(answer);
    return {};
}

Result<void> publish_integration(Options const& options, std::string const& team, std::string const& directory)
{
    if (auto const checked = check_name("The team's name", team); !checked)
        return checked;
    auto const definition = read_definition(directory);
    if (!definition)
        return definition.error();
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto const owner = session.run(session.store().tenancy().find_team(team, Session::deadline()));
    if (!owner)
        return owner.error();
    accounts::StoredIntegration stored;
    auto const compiled = catalog::compile(*definition, {});
    if (!compiled)
        return compiled.error();
    stored.id = catalog::own_id((*compiled)->name, owner->id);
    stored.team = owner->id;
    stored.name = (*compiled)->name;
    stored.label = (*compiled)->label;
    stored.category = (*compiled)->category;
    stored.is_beta = (*compiled)->is_beta;
    stored.sharing = "deny";
    stored.manifest = definition->manifest.root;
    stored.document = definition->document.root;
    auto const id = stored.id;
    auto const changed =
        session.run(session.store().integrations().publish(std::move(stored), operator_author(), Session::deadline()));
    if (!changed)
        return changed.error();
    print({{"id", id.str()}, {"name", (*compiled)->name}, {"changed", *changed}});
    return {};
}

} // namespace sluice
