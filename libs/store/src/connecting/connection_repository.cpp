#include "accounts/account_changes.hpp"
#include "connecting/connection.hpp"
#include "connecting/connector.hpp"
#include "core/backend.hpp"
#include "core/data_keys.hpp"
#include "core/job_queue.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using namespace connecting;

constexpr char kFindLink[] =
    "SELECT id, environment_id, tenant_id, integrated_account_id, is_reconnect, persist_previous_context, "
    "integration, scopes, redirect_uri, region, encode(sealed, 'hex') AS sealed, data_key_version, "
    "encode(browser, 'hex') AS browser, used_at IS NOT NULL AS is_used, "
    "(extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at, "
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at "
    "FROM link_tokens WHERE environment_id = $1 AND id = $2";
constexpr char kInsertLink[] = "INSERT INTO link_tokens (environment_id, id, {columns}) VALUES ($1, $2, {values})";
constexpr char kUseLink[] = "UPDATE link_tokens SET used_at = now() WHERE environment_id = $1 AND id = $2 "
                            "AND used_at IS NULL RETURNING id";
constexpr char kLockLink[] = "SELECT integrated_account_id, encode(browser, 'hex') AS browser FROM link_tokens "
                             "WHERE environment_id = $1 AND id = $2 AND used_at IS NULL FOR UPDATE";
constexpr char kRememberAccount[] =
    "UPDATE link_tokens SET integrated_account_id = $3 WHERE environment_id = $1 AND id = $2";
constexpr char kBindLink[] = "UPDATE link_tokens SET browser = decode($3, 'hex') WHERE environment_id = $1 AND id = $2 "
                             "AND used_at IS NULL";

#define SLUICE_CONNECTION                                                                                              \
    "SELECT id, environment_id, link_token_id, tenant_id, integrated_account_id, is_reconnect, "                       \
    "persist_previous_context, environment_integration_id, authentication_method, region, redirect_uri, status, "      \
    "error, encode(sealed, 'hex') AS sealed, data_key_version, encode(browser, 'hex') AS browser, "                    \
    "(extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at, "                                               \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at "                                                \
    "FROM connections WHERE environment_id = $1 AND id = $2"
constexpr char kFind[] = SLUICE_CONNECTION;
constexpr char kLock[] = SLUICE_CONNECTION " FOR NO KEY UPDATE";
#undef SLUICE_CONNECTION
constexpr char kInsert[] =
    "INSERT INTO connections (environment_id, id, status, {columns}) VALUES ($1, $2, 'initiated', {values})";
constexpr char kBind[] = "UPDATE connections SET browser = decode($3, 'hex') WHERE environment_id = $1 AND id = $2";
constexpr char kBegin[] = "UPDATE connections SET status = 'exchanging' WHERE environment_id = $1 AND id = $2 "
                          "AND status = 'initiated' RETURNING id";
constexpr char kStored[] = "UPDATE connections SET status = 'validating', integrated_account_id = $3 "
                           "WHERE environment_id = $1 AND id = $2 AND status = 'exchanging' RETURNING id";
constexpr char kEnd[] = "UPDATE connections SET status = $3, error = $4::jsonb WHERE environment_id = $1 AND id = $2";

/// Of an account that a customer connects, for the first time or again.
constexpr std::string_view kConnect = "integrated_account.connect";

/// How long after its end a connection that nobody finished is looked at.
constexpr std::chrono::seconds kGrace{5};
/// After this, one in the middle of its exchange was cut off.
constexpr std::chrono::seconds kExchangeLimit{60};

std::string place_of(LinkTokenId id)
{
    return "link_token:" + id.str() + ":context";
}
std::string place_of(ConnectionId id)
{
    return "connection:" + id.str() + ":details";
}

std::optional<crypto::Digest> digest_in(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    auto const bytes = bytes_in(field);
    crypto::Digest digest{};
    std::ranges::copy_n(bytes.begin(), static_cast<std::ptrdiff_t>(std::min(bytes.size(), digest.size())),
                        digest.begin());
    return digest;
}

/// What is sealed in the row.
Result<json::object> open_object(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                                 std::string const& place, pqxx::row const& row)
{
    auto const key = data_key(transaction, keyring, environment, row["data_key_version"].as<std::uint32_t>());
    if (!key)
        return key.error();
    auto const opened = key->open(place, bytes_in(row["sealed"]));
    if (!opened)
        return opened.error();
    auto parsed = json::parse(opened->reveal());
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object{};
}

Result<LinkToken> link_in(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    LinkToken token;
    token.id = id_in<LinkTokenId>(row["id"]);
    token.environment = id_in<EnvironmentId>(row["environment_id"]);
    token.tenant_id = row["tenant_id"].c_str();
    token.account = optional_id_in<IntegratedAccountId>(row["integrated_account_id"]);
    token.is_reconnect = row["is_reconnect"].as<bool>();
    token.persist_previous_context = row["persist_previous_context"].as<bool>();
    token.integration = text_in(row["integration"]);
    if (!row["scopes"].is_null())
        token.scopes = json::texts_in(json_in(row["scopes"]));
    token.redirect_uri = text_in(row["redirect_uri"]);
    token.region = text_in(row["region"]);
    auto context = open_object(transaction, keyring, token.environment, place_of(token.id), row);
    if (!context)
        return context.error();
    token.context = *std::move(context);
    token.browser = digest_in(row["browser"]);
    token.is_used = row["is_used"].as<bool>();
    token.expires_at = time_in(row["expires_at"]);
    token.created_at = time_in(row["created_at"]);
    return token;
}

/// Without its context, which is sealed.
RowValues values_of(LinkToken const& token)
{
    return RowValues()
        .text("tenant_id", token.tenant_id)
        .id("integrated_account_id", token.account)
        .flag("is_reconnect", token.is_reconnect)
        .flag("persist_previous_context", token.persist_previous_context)
        .text("integration", token.integration)
        .json("scopes", token.scopes ? json::value(json::array_of(*token.scopes)) : json::value(nullptr))
        .text("redirect_uri", token.redirect_uri)
        .text("region", token.region)
        .time("expires_at", token.expires_at);
}

/// What the audit log has of it. Neither the secret nor the context, which is sealed.
json::object audited(LinkToken const& token)
{
    return {{"tenant_id", token.tenant_id},
            {"integrated_account_id", id_or_null(token.account)},
            {"persist_previous_context", token.persist_previous_context},
            {"integration", text_or_null(token.integration)},
            {"scopes", token.scopes ? json::value(json::array_of(*token.scopes)) : json::value(nullptr)},
            {"redirect_uri", text_or_null(token.redirect_uri)},
            {"region", text_or_null(token.region)},
            {"expires_at", to_rfc3339(token.expires_at)}};
}

std::string text_or_empty(json::object const& object, std::string_view name)
{
    auto const* text = json::string_at(object, name);
    return text != nullptr ? std::string(*text) : std::string();
}

Result<Connection> connection_in(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    Connection connection;
    connection.id = id_in<ConnectionId>(row["id"]);
    connection.environment = id_in<EnvironmentId>(row["environment_id"]);
    connection.link_token = optional_id_in<LinkTokenId>(row["link_token_id"]);
    connection.tenant_id = row["tenant_id"].c_str();
    connection.account = optional_id_in<IntegratedAccountId>(row["integrated_account_id"]);
    connection.is_reconnect = row["is_reconnect"].as<bool>();
    connection.persist_previous_context = row["persist_previous_context"].as<bool>();
    connection.environment_integration = id_in<EnvironmentIntegrationId>(row["environment_integration_id"]);
    connection.authentication_method = row["authentication_method"].c_str();
    connection.region = text_in(row["region"]);
    connection.redirect_uri = text_in(row["redirect_uri"]);
    connection.status = connection_status_of(row["status"].c_str()).value_or(ConnectionStatus::failed);
    connection.error = json_in(row["error"]);
    auto const details = open_object(transaction, keyring, connection.environment, place_of(connection.id), row);
    if (!details)
        return details.error();
    if (auto const* context = json::object_at(*details, "context"))
        connection.context = *context;
    connection.verifier = text_or_empty(*details, "verifier");
    connection.nonce = text_or_empty(*details, "nonce");
    if (auto const* scopes = details->if_contains("scopes"))
        connection.scopes = json::texts_in(*scopes);
    connection.browser = digest_in(row["browser"]);
    connection.expires_at = time_in(row["expires_at"]);
    connection.created_at = time_in(row["created_at"]);
    return connection;
}

/// What the audit log has of it: the members that the API shows.
json::object audited(Connection const& connection)
{
    return {{"tenant_id", connection.tenant_id},
            {"integrated_account_id", id_or_null(connection.account)},
            {"environment_integration_id", connection.environment_integration.str()},
            {"authentication_method", connection.authentication_method},
            {"is_reconnect", connection.is_reconnect},
            {"redirect_uri", text_or_null(connection.redirect_uri)}};
}

/// Without what is sealed.
RowValues values_of(Connection const& connection)
{
    return RowValues()
        .id("link_token_id", connection.link_token)
        .text("tenant_id", connection.tenant_id)
        .id("integrated_account_id", connection.account)
        .flag("is_reconnect", connection.is_reconnect)
        .flag("persist_previous_context", connection.persist_previous_context)
        .id("environment_integration_id", connection.environment_integration)
        .text("authentication_method", connection.authentication_method)
        .text("region", connection.region)
        .text("redirect_uri", connection.redirect_uri)
        .time("expires_at", connection.expires_at);
}

Result<Connection> find_connection(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                                   ConnectionId id)
{
    auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("connection");
    return connection_in(transaction, keyring, rows[0]);
}

Error link_used()
{
    return {ErrorCode::conflict, "This link was used already. Ask whoever gave it to you for a new one."};
}

/// What a customer is told when a quota is full: nothing that only an operator can use.
Error no_more_accounts(Error const& refused)
{
    return {ErrorCode::forbidden, "No more accounts can be connected here at present. Tell whoever gave you the link.",
            refused.public_detail()};
}

class PgConnections final : public ConnectionRepository {
public:
    explicit PgConnections(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<LinkToken>> create_link(LinkToken token, crypto::TokenHash hash, tenancy::Author author,
                                        Deadline deadline) override
    {
        auto const environment = token.environment;
        token.id = LinkTokenId{uuid_v7(backend_.clock.now())};
        ChangingQuery<LinkToken> query = [token = std::move(token), hash, &backend = backend_](
                                             pqxx::work& transaction, Changes& changes) -> Result<LinkToken> {
            auto const key = newest_data_key(transaction, backend.keyring, token.environment);
            if (!key)
                return key.error();
            auto values = values_of(token);
            values.bytes("sealed", key->seal(place_of(token.id), boost::json::serialize(token.context)))
                .number("data_key_version", key->version());
            write_row(transaction, kInsertLink, {sql_id(token.environment), sql_id(token.id)}, values);
            if (auto const admitted = check_quota(transaction, backend, token.environment, tenancy::Quota::link_tokens);
                !admitted)
                return admitted.error();
            add_secret(transaction, "link", hash, token.id.uuid());
            changes.audit({"link_token.create", token.id.str(), std::nullopt, audited(token)});
            return token;
        };
        co_return co_await transact_change<LinkToken>(backend_, environment, std::move(author), deadline,
                                                      std::move(query));
    }

    Task<Result<LinkToken>> resolve_link(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<LinkToken> query = [candidates = std::move(candidates),
                                      &backend = backend_](pqxx::work& transaction) -> Result<LinkToken> {
            auto const owner = find_secret(transaction, "link", candidates);
            if (!owner)
                return not_found("link token");
            auto const rows = transaction.exec_params(kFindLink, sql_id(owner->environment), sql_id(owner->id));
            return only_row<LinkToken>(
                rows, "link token", [&](pqxx::row const& row) { return link_in(transaction, backend.keyring, row); });
        };
        co_return co_await backend_.pool.lookup<LinkToken>(deadline, std::move(query));
    }

    Task<Result<Connection>> create(Connection connection, crypto::TokenHash state, tenancy::Author author,
                                    Deadline deadline) override
    {
        auto const environment = connection.environment;
        connection.id = ConnectionId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Connection> query = [connection = std::move(connection), state, &backend = backend_](
                                              pqxx::work& transaction, Changes& changes) -> Result<Connection> {
            auto const key = newest_data_key(transaction, backend.keyring, connection.environment);
            if (!key)
                return key.error();
            json::object details{{"verifier", connection.verifier}, {"nonce", connection.nonce}};
            details["context"] = connection.context;
            details["scopes"] = json::array_of(connection.scopes);
            auto values = values_of(connection);
            values.bytes("sealed", key->seal(place_of(connection.id), boost::json::serialize(details)))
                .number("data_key_version", key->version());
            write_row(transaction, kInsert, {sql_id(connection.environment), sql_id(connection.id)}, values);
            if (auto const admitted =
                    check_quota(transaction, backend, connection.environment, tenancy::Quota::connections);
                !admitted)
                return connection.link_token ? no_more_accounts(admitted.error()) : admitted.error();
            add_secret(transaction, "state", state, connection.id.uuid());
            schedule(transaction, connecting::kConnectionJob, connection.environment, connection.id.uuid(),
                     connection.expires_at + kGrace);
            changes.audit({"connection.create", connection.id.str(), std::nullopt, audited(connection)});
            return find_connection(transaction, backend.keyring, connection.environment, connection.id);
        };
        co_return co_await transact_change<Connection>(backend_, environment, std::move(author), deadline,
                                                       std::move(query));
    }

    Task<Result<Connection>> find(EnvironmentId environment, ConnectionId id, Deadline deadline) override
    {
        pg::Query<Connection> query = [environment, id, &backend = backend_](pqxx::work& transaction) {
            return find_connection(transaction, backend.keyring, environment, id);
        };
        co_return co_await backend_.pool.transact<Connection>(environment, deadline, std::move(query));
    }

    Task<Result<Connection>> resolve_state(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<Connection> query = [candidates = std::move(candidates),
                                       &backend = backend_](pqxx::work& transaction) -> Result<Connection> {
            auto const owner = find_secret(transaction, "state", candidates);
            if (!owner)
                return not_found("connection");
            return find_connection(transaction, backend.keyring, owner->environment, ConnectionId{owner->id});
        };
        co_return co_await backend_.pool.lookup<Connection>(deadline, std::move(query));
    }

    Task<Result<void>> bind_browser(EnvironmentId environment, ConnectionId id, crypto::Digest browser,
                                    std::vector<crypto::Digest> known, Deadline deadline) override
    {
        return change(environment, deadline, [=, &backend = backend_](pqxx::work& transaction) -> Result<bool> {
            auto const is_other = [&](std::optional<crypto::Digest> const& bound) {
                return bound && std::ranges::none_of(known, [&](crypto::Digest const& sent) {
                           return crypto::equal_in_constant_time(*bound, sent);
                       });
            };
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("connection");
            auto const connection = connection_in(transaction, backend.keyring, rows[0]);
            if (!connection)
                return connection.error();
            Error const other{ErrorCode::conflict, "This connection was begun in another browser. Start again there, "
                                                   "or ask for a new link."};
            if (is_other(connection->browser))
                return other;
            if (connection->link_token) {
                auto const link =
                    transaction.exec_params(kLockLink, sql_id(environment), sql_id(*connection->link_token));
                if (link.empty())
                    return link_used();
                if (is_other(digest_in(link[0]["browser"])))
                    return other;
                transaction.exec_params0(kBindLink, sql_id(environment), sql_id(*connection->link_token),
                                         sql_bytes(browser));
            }
            transaction.exec_params0(kBind, sql_id(environment), sql_id(id), sql_bytes(browser));
            return true;
        });
    }

    Task<Result<void>> begin_exchange(EnvironmentId environment, ConnectionId id, Deadline deadline) override
    {
        return change(environment, deadline, [=, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            if (transaction.exec_params(kBegin, sql_id(environment), sql_id(id)).empty())
                return Error{ErrorCode::conflict, "This connection was finished already, or has failed. Start again."};
            schedule(transaction, connecting::kConnectionJob, environment, id.uuid(), now + kExchangeLimit);
            return true;
        });
    }

    Task<Result<Account>> store_account(std::optional<ConnectionId> connection, std::optional<LinkTokenId> link,
                                        Account account, Context context, tenancy::Author author,
                                        Deadline deadline) override
    {
        auto const environment = account.environment;
        ChangingQuery<Account> query = [=, account = std::move(account), context = std::move(context),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            auto target = account.id.empty() ? std::optional<IntegratedAccountId>() : std::optional(account.id);
            if (link) {
                auto const open = transaction.exec_params(kLockLink, sql_id(environment), sql_id(*link));
                if (open.empty())
                    return link_used();
                if (auto const known = optional_id_in<IntegratedAccountId>(open[0]["integrated_account_id"]))
                    target = known;
            }
            auto stored = target ? replace_account(transaction, changes, backend, *target, account, context, kConnect)
                                 : insert_account(transaction, changes, backend, account, context, kConnect);
            if (!stored)
                return !target && stored.error().code() == ErrorCode::conflict ? no_more_accounts(stored.error())
                                                                               : stored;
            if (link)
                transaction.exec_params0(kRememberAccount, sql_id(environment), sql_id(*link), sql_id(stored->id));
            if (connection &&
                transaction.exec_params(kStored, sql_id(environment), sql_id(*connection), sql_id(stored->id)).empty())
                return Error{ErrorCode::conflict, "This connection was given up meanwhile. Start again."};
            return stored;
        };
        co_return co_await transact_change<Account>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<Account>> settle(EnvironmentId environment, std::optional<ConnectionId> connection,
                                 std::optional<LinkTokenId> link, IntegratedAccountId account, Status status,
                                 json::value error, Deadline deadline) override
    {
        ChangingQuery<Account> query = [=, error = std::move(error), &backend = backend_](
                                           pqxx::work& transaction, Changes& changes) -> Result<Account> {
            AccountChange const change = [&](Account& row, Context&) -> Result<void> {
                row.status = status;
                row.last_error = error;
                if (status == Status::active)
                    row.last_forbidden_error = nullptr;
                return {};
            };
            auto settled = change_account(transaction, changes, backend, environment, account, change);
            if (!settled)
                return settled;
            bool const is_active = status == Status::active;
            if (link && is_active)
                transaction.exec_params(kUseLink, sql_id(environment), sql_id(*link));
            if (connection) {
                transaction.exec_params0(kEnd, sql_id(environment), sql_id(*connection),
                                         std::string(is_active ? "active" : "failed"),
                                         error.is_null() ? std::nullopt : std::optional(sql_json(error)));
                unschedule(transaction, connecting::kConnectionJob, environment, connection->uuid());
                tell_waiters(transaction, connection->uuid());
            }
            return settled;
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> fail(EnvironmentId environment, ConnectionId id, json::value error, Deadline deadline) override
    {
        return change(environment, deadline, [=, error = std::move(error)](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kEnd, sql_id(environment), sql_id(id), std::string("failed"), sql_json(error));
            unschedule(transaction, connecting::kConnectionJob, environment, id.uuid());
            tell_waiters(transaction, id.uuid());
            return true;
        });
    }

private:
    Task<Result<void>> change(EnvironmentId environment, Deadline deadline, pg::Query<bool> query)
    {
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<connecting::ConnectionRepository> make_connections(Backend const& backend)
{
    return std::make_unique<PgConnections>(backend);
}

} // namespace sluice::store
