#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "identity/identity_provider.hpp"
#include "identity/user_rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace identity;

#define SLUICE_COLUMNS                                                                                                 \
    "id, team_id, label, issuer, client_id, client_secret IS NOT NULL AS has_secret, is_enabled, "                     \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at"
constexpr char kCount[] = "SELECT count(*) FROM identity_providers WHERE team_id = $1";
constexpr char kInsert[] = "INSERT INTO identity_providers ({columns}) VALUES ({values}) "
                           "ON CONFLICT (team_id, issuer, client_id) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM identity_providers WHERE team_id = $1 AND id = $2 FOR UPDATE";
constexpr char kUpdate[] = "UPDATE identity_providers SET {assignments} WHERE team_id = $1 AND id = $2 "
                           "RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM identity_providers WHERE team_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM identity_providers WHERE team_id = $1 AND id = $2";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM identity_providers WHERE true";
constexpr char kEnabled[] =
    "SELECT " SLUICE_COLUMNS " FROM identity_providers WHERE team_id = $1 AND is_enabled ORDER BY label, id";
constexpr char kClient[] = "SELECT " SLUICE_COLUMNS ", encode(client_secret, 'hex') AS client_secret, data_key_version "
                           "FROM identity_providers WHERE team_id = $1 AND id = $2 AND is_enabled";
#undef SLUICE_COLUMNS

constexpr char kEndSessions[] = "DELETE FROM user_sessions WHERE team_id = $1 AND provider_id = $2 RETURNING user_id";
constexpr char kFindUser[] =
    "SELECT u.id FROM user_identities i JOIN users u ON u.team_id = i.team_id AND u.id = i.user_id "
    "JOIN identity_providers p ON p.team_id = i.team_id AND p.id = i.provider_id "
    "WHERE i.team_id = $1 AND i.provider_id = $2 AND i.subject = $3 AND u.is_active AND p.is_enabled";
constexpr char kLink[] =
    "INSERT INTO user_identities (team_id, provider_id, subject, user_id) "
    "SELECT p.team_id, p.id, $3, u.id FROM identity_providers p JOIN users u ON u.team_id = p.team_id "
    "WHERE p.team_id = $1 AND p.id = $2 AND p.is_enabled AND u.id = $4 AND u.is_active "
    "ON CONFLICT DO NOTHING RETURNING user_id";
constexpr char kLinkedNow[] = "SELECT subject = $3 AND user_id = $4 AS is_same FROM user_identities "
                              "WHERE team_id = $1 AND provider_id = $2 AND (subject = $3 OR user_id = $4)";
constexpr char kLockUser[] =
    "SELECT password IS NOT NULL OR EXISTS (SELECT FROM user_identities i "
    "JOIN identity_providers p ON p.team_id = i.team_id AND p.id = i.provider_id "
    "WHERE i.team_id = u.team_id AND i.user_id = u.id AND i.provider_id <> $3 AND p.is_enabled) AS has_other_way "
    "FROM users u WHERE u.team_id = $1 AND u.id = $2 FOR NO KEY UPDATE";
constexpr char kUnlink[] = "DELETE FROM user_identities WHERE team_id = $1 AND user_id = $2 AND provider_id = $3 "
                           "RETURNING provider_id";
constexpr char kLinked[] =
    "SELECT provider_id FROM user_identities WHERE team_id = $1 AND user_id = $2 ORDER BY provider_id";
constexpr char kUseInvitation[] =
    "DELETE FROM user_links l USING users u WHERE l.team_id = $1 AND l.id = $2 AND l.kind = 'invitation' "
    "AND l.expires_at > now() AND u.team_id = l.team_id AND u.id = l.user_id AND u.is_active RETURNING l.user_id";

constexpr ListField kFields[] = {
    {"label", "label", ListField::Kind::text},
    {"issuer", "issuer", ListField::Kind::text},
    {"is_enabled", "is_enabled", ListField::Kind::flag},
    {"created_at", "created_at", ListField::Kind::time},
};

IdentityProvider provider_in(pqxx::row const& row)
{
    IdentityProvider provider;
    provider.id = id_in<IdentityProviderId>(row["id"]);
    provider.team = id_in<TeamId>(row["team_id"]);
    provider.label = row["label"].c_str();
    provider.issuer = row["issuer"].c_str();
    provider.client_id = row["client_id"].c_str();
    provider.has_secret = row["has_secret"].as<bool>();
    provider.is_enabled = row["is_enabled"].as<bool>();
    provider.created_at = time_in(row["created_at"]);
    return provider;
}

json::object audited(IdentityProvider const& provider)
{
    return {{"label", provider.label},
            {"issuer", provider.issuer},
            {"client_id", provider.client_id},
            {"has_client_secret", provider.has_secret},
            {"is_enabled", provider.is_enabled}};
}

Error identity_taken()
{
    return {ErrorCode::conflict, "This account is linked with another user, or you are linked with another account of "
                                 "this identity provider. Unlink that first."};
}

std::string place_of(IdentityProviderId id)
{
    return fmt::format("identity_provider:{}:client_secret", id.str());
}

/// The columns of the secret; without one they become NULL.
Result<void> write_secret(pqxx::work& transaction, crypto::Keyring const& keyring, TeamId team, IdentityProviderId id,
                          Secret const& secret, RowValues& row)
{
    if (secret.empty()) {
        row.bytes("client_secret", std::nullopt).number("data_key_version", std::nullopt);
        return {};
    }
    auto const key = team_data_key(transaction, keyring, team);
    if (!key)
        return key.error();
    row.bytes("client_secret", key->seal(place_of(id), secret.reveal())).number("data_key_version", key->version());
    return {};
}

Result<IdentityProvider> insert(pqxx::work& transaction, crypto::Keyring const& keyring, TeamId team,
                                IdentityProviderId id, NewIdentityProvider const& provider)
{
    // Two at once may both pass this, so a team can have a few more. It bounds what is kept, nothing else.
    if (transaction.exec_params1(kCount, sql_id(team))[0].as<int>() >= IdentityProviderRepository::kMost)
        return Error{ErrorCode::conflict,
                     fmt::format("A team has at most {} identity providers.", IdentityProviderRepository::kMost)};
    RowValues row;
    row.id("team_id", team)
        .id("id", id)
        .text("label", provider.label)
        .text("issuer", provider.issuer)
        .text("client_id", provider.client_id);
    if (auto const sealed = write_secret(transaction, keyring, team, id, provider.client_secret, row); !sealed)
        return sealed.error();
    auto const made = write_row(transaction, kInsert, {}, row);
    if (made.empty())
        return Error{ErrorCode::conflict, "The team has an identity provider with this issuer and client id already."};
    return provider_in(made[0]);
}

/// Ends the sessions that the provider has begun, and announces that.
void end_sessions_of(pqxx::work& transaction, TeamId team, IdentityProviderId id, Changes& changes)
{
    for (auto const& row : transaction.exec_params(kEndSessions, sql_id(team), sql_id(id)))
        add_change(changes, id_in<UserId>(row["user_id"]));
}

Result<void> link_user(pqxx::work& transaction, UserId user, Subject const& subject)
{
    auto const team = sql_id(subject.team);
    auto const provider = sql_id(subject.provider);
    if (!transaction.exec_params(kLink, team, provider, subject.text, sql_id(user)).empty())
        return {};
    auto const present = transaction.exec_params(kLinkedNow, team, provider, subject.text, sql_id(user));
    if (present.empty())
        return not_found("identity provider");
    return present.size() == 1 && present[0]["is_same"].as<bool>() ? Result<void>{} : Result<void>(identity_taken());
}

json::object audited_link(IdentityProviderId provider)
{
    return {{"identity_provider_id", provider.str()}};
}

class PgIdentityProviders final : public IdentityProviderRepository {
public:
    explicit PgIdentityProviders(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<IdentityProvider>> create(TeamId team, NewIdentityProvider provider, tenancy::Author author,
                                          Deadline deadline) override
    {
        ChangingQuery<IdentityProvider> query =
            [team, id = IdentityProviderId{uuid_v7(backend_.clock.now())}, provider = std::move(provider),
             &keyring = backend_.keyring](pqxx::work& transaction, Changes& changes) -> Result<IdentityProvider> {
            auto made = insert(transaction, keyring, team, id, provider);
            if (made)
                changes.audit({"identity_provider.create", id.str(), std::nullopt, audited(*made)});
            return made;
        };
        co_return co_await transact_change<IdentityProvider>(backend_, team, std::move(author), deadline,
                                                             std::move(query));
    }

    Task<Result<IdentityProvider>> update(TeamId team, IdentityProviderId id, IdentityProviderChange change,
                                          tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<IdentityProvider> query =
            [team, id, change = std::move(change),
             &keyring = backend_.keyring](pqxx::work& transaction, Changes& changes) -> Result<IdentityProvider> {
            auto const rows = transaction.exec_params(kLock, sql_id(team), sql_id(id));
            auto const old = only_row<IdentityProvider>(rows, "identity provider", provider_in);
            if (!old)
                return old.error();
            RowValues row;
            row.text("label", change.label.value_or(old->label))
                .flag("is_enabled", change.is_enabled.value_or(old->is_enabled));
            if (change.client_secret)
                if (auto const done = write_secret(transaction, keyring, team, id, *change.client_secret, row); !done)
                    return done.error();
            if (!change.is_enabled.value_or(true))
                end_sessions_of(transaction, team, id, changes);
            auto changed = provider_in(write_row(transaction, kUpdate, {sql_id(team), sql_id(id)}, row)[0]);
            auto entry = tenancy::difference("identity_provider.update", id.str(), audited(*old), audited(changed));
            if (change.client_secret && changed.has_secret)
                entry.after->emplace("client_secret", "changed"); // Its value is nobody's business.
            changes.audit(entry);
            return changed;
        };
        co_return co_await transact_change<IdentityProvider>(backend_, team, std::move(author), deadline,
                                                             std::move(query));
    }

    Task<Result<void>> remove(TeamId team, IdentityProviderId id, tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            // Sessions that begin meanwhile lock the provider too.
            transaction.exec_params(kLock, sql_id(team), sql_id(id));
            end_sessions_of(transaction, team, id, changes);
            auto const rows = transaction.exec_params(kDelete, sql_id(team), sql_id(id));
            auto const old = only_row<IdentityProvider>(rows, "identity provider", provider_in);
            if (!old)
                return old.error();
            changes.audit({"identity_provider.delete", id.str(), audited(*old), std::nullopt});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<IdentityProvider>> find(TeamId team, IdentityProviderId id, Deadline deadline) override
    {
        return find_row<IdentityProvider>(backend_.pool, team, id, {kFind, "identity provider"}, provider_in, deadline);
    }

    Task<Result<tenancy::Page<IdentityProvider>>> list(TeamId team, tenancy::ListQuery list, Deadline deadline) override
    {
        return list_rows<IdentityProvider>(backend_.pool, team, {kList, "id", kFields}, std::move(list), provider_in,
                                           deadline);
    }

    Task<Result<std::vector<IdentityProvider>>> enabled(TeamId team, Deadline deadline) override
    {
        using Providers = std::vector<IdentityProvider>;
        pg::Query<Providers> query = [team](pqxx::work& transaction) -> Result<Providers> {
            Providers providers;
            for (auto const& row : transaction.exec_params(kEnabled, sql_id(team)))
                providers.push_back(provider_in(row));
            return providers;
        };
        co_return co_await backend_.pool.transact<Providers>(team, deadline, std::move(query));
    }

    Task<Result<OidcClient>> client(TeamId team, IdentityProviderId id, Deadline deadline) override
    {
        pg::Query<OidcClient> query = [team, id,
                                       &keyring = backend_.keyring](pqxx::work& transaction) -> Result<OidcClient> {
            auto const rows = transaction.exec_params(kClient, sql_id(team), sql_id(id));
            if (rows.empty())
                return not_found("identity provider");
            OidcClient client{provider_in(rows[0]), {}};
            if (!client.provider.has_secret)
                return client;
            auto const key = team_data_key(transaction, keyring, team, rows[0]["data_key_version"].as<std::uint32_t>());
            auto secret = key ? key->open(place_of(id), bytes_in(rows[0]["client_secret"])) : key.error();
            if (!secret)
                return secret.error();
            client.secret = *std::move(secret);
            return client;
        };
        co_return co_await backend_.pool.transact<OidcClient>(team, deadline, std::move(query));
    }

    Task<Result<UserId>> find_user(Subject subject, Deadline deadline) override
    {
        auto const team = subject.team;
        pg::Query<UserId> query = [subject = std::move(subject)](pqxx::work& transaction) -> Result<UserId> {
            auto const rows =
                transaction.exec_params(kFindUser, sql_id(subject.team), sql_id(subject.provider), subject.text);
            return rows.empty() ? Result<UserId>(not_invited()) : id_in<UserId>(rows[0]["id"]);
        };
        co_return co_await backend_.pool.transact<UserId>(team, deadline, std::move(query));
    }

    Task<Result<void>> link(UserId user, Subject subject, tenancy::Author author, Deadline deadline) override
    {
        auto const team = subject.team;
        ChangingQuery<bool> query = [user, subject = std::move(subject)](pqxx::work& transaction,
                                                                         Changes& changes) -> Result<bool> {
            if (auto const linked = link_user(transaction, user, subject); !linked)
                return linked.error();
            changes.audit({"user.link_identity", user.str(), std::nullopt, audited_link(subject.provider)});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> unlink(TeamId team, UserId user, IdentityProviderId provider, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, provider](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const rows = transaction.exec_params(kLockUser, sql_id(team), sql_id(user), sql_id(provider));
            if (rows.empty() || transaction.exec_params(kUnlink, sql_id(team), sql_id(user), sql_id(provider)).empty())
                return not_found("linked account");
            if (!rows[0]["has_other_way"].as<bool>())
                return Error{ErrorCode::conflict,
                             "This is the only way in which you can sign in. Set a password first."};
            changes.audit({"user.unlink_identity", user.str(), audited_link(provider), std::nullopt});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<std::vector<IdentityProviderId>>> linked(TeamId team, UserId user, Deadline deadline) override
    {
        using Ids = std::vector<IdentityProviderId>;
        pg::Query<Ids> query = [team, user](pqxx::work& transaction) -> Result<Ids> {
            Ids ids;
            for (auto const& row : transaction.exec_params(kLinked, sql_id(team), sql_id(user)))
                ids.push_back(id_in<IdentityProviderId>(row["provider_id"]));
            return ids;
        };
        co_return co_await backend_.pool.transact<Ids>(team, deadline, std::move(query));
    }

    Task<Result<UserId>> accept_invitation(std::vector<crypto::TokenHash> candidates, Subject subject,
                                           tenancy::Author author, Deadline deadline) override
    {
        auto const team = subject.team;
        ChangingQuery<UserId> query = [candidates = std::move(candidates), subject = std::move(subject)](
                                          pqxx::work& transaction, Changes& changes) -> Result<UserId> {
            // The secret leads into its own team, which must be the provider's: else nobody goes on there.
            auto const owner = find_team_secret(transaction, "invitation", candidates);
            if (!owner || owner->team != subject.team)
                return not_found("invitation");
            auto const used = transaction.exec_params(kUseInvitation, sql_id(owner->team), sql_id(owner->id));
            if (used.empty())
                return not_found("invitation");
            auto const user = id_in<UserId>(used[0]["user_id"]);
            if (auto const linked = link_user(transaction, user, subject); !linked)
                return linked.error();
            changes.audit({"user.accept_invitation", user.str(), std::nullopt, audited_link(subject.provider)});
            return user;
        };
        co_return co_await transact_change<UserId>(backend_, team, std::move(author), deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<identity::IdentityProviderRepository> make_identity_providers(Backend const& backend)
{
    return std::make_unique<PgIdentityProviders>(backend);
}

} // namespace sluice::store
