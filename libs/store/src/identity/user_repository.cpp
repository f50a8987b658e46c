#include "core/data_keys.hpp"
#include "core/queries.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "identity/user_rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

using namespace identity;

constexpr char kInsert[] =
    "INSERT INTO users ({columns}) VALUES ({values}) ON CONFLICT (team_id, email_key) DO NOTHING RETURNING id";
constexpr char kCount[] = "SELECT count(*) FROM users WHERE team_id = $1";
constexpr char kUpdate[] = "UPDATE users SET {assignments} WHERE team_id = $1 AND id = $2";
constexpr char kDelete[] = "DELETE FROM users WHERE team_id = $1 AND id = $2";
constexpr char kTeamName[] = "SELECT name FROM teams WHERE id = $1";
constexpr char kTheirs[] = "SELECT count(*) AS theirs FROM environments WHERE team_id = $1 AND id = ANY ($2::uuid[])";
constexpr char kHasOwner[] = "SELECT FROM users WHERE team_id = $1 AND role = 'owner' AND is_active LIMIT 1";
constexpr char kSecrets[] =
    "SELECT email, is_active, password, encode(second_factor, 'hex') AS second_factor, second_factor_key, "
    "is_second_factor_confirmed, last_step FROM users WHERE team_id = $1 AND id = $2";
constexpr char kSetPassword[] = "UPDATE users SET password = $3 WHERE team_id = $1 AND id = $2 "
                                "AND password IS NOT DISTINCT FROM $4 RETURNING id";
constexpr char kBeginFactor[] =
    "UPDATE users SET second_factor = decode($3, 'hex'), second_factor_key = $4, last_step = 0 "
    "WHERE team_id = $1 AND id = $2 AND NOT is_second_factor_confirmed RETURNING id";
constexpr char kConfirmFactor[] =
    "UPDATE users SET is_second_factor_confirmed = true, last_step = $3 WHERE team_id = $1 AND id = $2 "
    "AND second_factor IS NOT NULL AND NOT is_second_factor_confirmed AND last_step < $3 RETURNING id";
constexpr char kClearCodes[] = "DELETE FROM recovery_codes WHERE team_id = $1 AND user_id = $2";
constexpr char kAddCode[] = "INSERT INTO recovery_codes (team_id, user_id, digest) VALUES ($1, $2, decode($3, 'hex'))";

constexpr std::string_view kRoleNames[] = {"owner", "admin", "developer", "viewer"};
constexpr ListField kFields[] = {
    {"email", "u.email_key", ListField::Kind::text},
    {"role", "u.role", ListField::Kind::text, {}, kRoleNames},
    {"is_active", "u.is_active", ListField::Kind::flag},
    {"created_at", "u.created_at", ListField::Kind::time},
};

std::string select_users(std::string_view where)
{
    return fmt::format("SELECT {} FROM users u WHERE {}", kUserColumns, where);
}

/// Where a user's second factor is sealed (`crypto::DataKey::seal`).
std::string factor_place(UserId user)
{
    return fmt::format("user:{}:second_factor", user.str());
}

Result<void> check_environments(pqxx::work& transaction, TeamId team, Confinement const& environments)
{
    if (!environments)
        return {};
    auto const theirs = transaction.exec_params1(kTheirs, sql_id(team), sql_ids(*environments))["theirs"];
    if (theirs.as<std::size_t>() != environments->size())
        return invalid("environment_ids", "must be environments of the team, each once");
    return {};
}

Result<void> check_owner(pqxx::work& transaction, TeamId team, User const& before)
{
    if (before.role != tenancy::Role::owner || !before.is_active)
        return {};
    if (transaction.exec_params(kHasOwner, sql_id(team)).empty())
        return Error{ErrorCode::conflict, "This is the last active owner. Make somebody else an owner first."};
    return {};
}

Result<UserSecrets> read_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, TeamId team, UserId user)
{
    auto const rows = transaction.exec_params(kSecrets, sql_id(team), sql_id(user));
    if (rows.empty())
        return not_found("user");
    auto const row = rows[0];
    UserSecrets secrets;
    secrets.team = team;
    secrets.user = user;
    secrets.email = row["email"].c_str();
    secrets.is_active = row["is_active"].as<bool>();
    secrets.password = text_in(row["password"]);
    if (row["second_factor"].is_null())
        return secrets;
    auto const key = team_data_key(transaction, keyring, team, row["second_factor_key"].as<std::uint32_t>());
    if (!key)
        return key.error();
    auto opened = key->open(factor_place(user), bytes_in(row["second_factor"]));
    if (!opened)
        return opened.error();
    secrets.second_factor = SecondFactor{*std::move(opened), row["is_second_factor_confirmed"].as<bool>(),
                                         row["last_step"].as<std::int64_t>()};
    return secrets;
}

void replace_codes(pqxx::work& transaction, TeamId team, UserId user, std::vector<crypto::Digest> const& codes)
{
    transaction.exec_params0(kClearCodes, sql_id(team), sql_id(user));
    for (auto const& digest : codes)
        transaction.exec_params0(kAddCode, sql_id(team), sql_id(user), sql_bytes(digest));
}

/// A change of what only the user sees: its entry has no members.
void note(Changes& changes, std::string_view action, UserId user)
{
    add_change(changes, user);
    changes.audit({action, user.str(), json::object{}, json::object{}});
}

class PgUsers final : public UserRepository {
public:
    explicit PgUsers(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<LinkOwner>> create(TeamId team, NewUser user, std::optional<NewLink> link, tenancy::Author author,
                                   Deadline deadline) override
    {
        auto const now = backend_.clock.now();
        ChangingQuery<LinkOwner> query = [team, user = std::move(user), link, id = UserId{uuid_v7(now)},
                                          link_id = uuid_v7(now)](pqxx::work& transaction,
                                                                  Changes& changes) -> Result<LinkOwner> {
            if (auto const checked = check_environments(transaction, team, user.environments); !checked)
                return checked.error();
            // Two at once may both pass this, so a team can have a few more. It bounds what is kept, nothing else.
            if (transaction.exec_params1(kCount, sql_id(team))[0].as<int>() >= UserRepository::kMost)
                return Error{ErrorCode::conflict, fmt::format("A team has at most {} users. Remove some that are not "
                                                              "active any more.",
                                                              UserRepository::kMost)};
            RowValues row;
            row.id("team_id", team)
                .id("id", id)
                .text("email", user.email)
                .text("email_key", email_key(user.email))
                .text("name", user.name)
                .text("role", std::string(traits_of(user.role).name))
                .ids("environments", user.environments);
            if (write_row(transaction, kInsert, {}, row).empty())
                return Error{ErrorCode::conflict, "The team has a user with this e-mail already."};
            if (link)
                insert_link(transaction, team, id, link_id, *link);
            auto made = lock_user(transaction, team, id);
            if (!made)
                return made.error();
            add_change(changes, id);
            changes.audit({link && link->kind == LinkKind::invitation ? "user.invite" : "user.create", id.str(),
                           std::nullopt, audited(*made)});
            return LinkOwner{*std::move(made), transaction.exec_params1(kTeamName, sql_id(team))["name"].c_str()};
        };
        co_return co_await transact_change<LinkOwner>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<User>> find(TeamId team, UserId user, Deadline deadline) override
    {
        static auto const kFind = select_users("u.team_id = $1 AND u.id = $2");
        return find_row<User>(backend_.pool, team, user, {kFind.c_str(), "user"}, user_in, deadline);
    }

    Task<Result<User>> find_by_email(TeamId team, std::string email, Deadline deadline) override
    {
        pg::Query<User> query = [team, email = std::move(email)](pqxx::work& transaction) -> Result<User> {
            static auto const kFind = select_users("u.team_id = $1 AND u.email_key = $2");
            auto const rows = transaction.exec_params(kFind, sql_id(team), email_key(email));
            return only_row<User>(rows, "user", user_in);
        };
        co_return co_await backend_.pool.transact<User>(team, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<User>>> list(TeamId team, tenancy::ListQuery list, Deadline deadline) override
    {
        static auto const kList = select_users("true");
        for (auto& condition : list.conditions)
            if (condition.field == "email")
                for (auto& value : condition.values)
                    value = email_key(value);
        return list_rows<User>(backend_.pool, team, {kList, "u.id", kFields}, std::move(list), user_in, deadline);
    }

    Task<Result<User>> update(TeamId team, UserId user, UserChange change, UserCheck check, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<User> query = [team, user, change = std::move(change), check = std::move(check)](
                                        pqxx::work& transaction, Changes& changes) -> Result<User> {
            lock_team(transaction, team);
            auto const before = lock_user(transaction, team, user);
            if (!before)
                return before.error();
            if (auto const may = check(*before); !may)
                return may.error();
            auto const environments = change.environments.value_or(before->environments);
            if (auto const checked = check_environments(transaction, team, change.environments.value_or(std::nullopt));
                !checked)
                return checked.error();
            RowValues row;
            row.text("name", change.name.value_or(before->name))
                .text("role", std::string(traits_of(change.role.value_or(before->role)).name))
                .ids("environments", environments)
                .flag("is_active", change.is_active.value_or(before->is_active));
            write_row(transaction, kUpdate, {sql_id(team), sql_id(user)}, row);
            auto changed = lock_user(transaction, team, user);
            if (!changed)
                return changed;
            if (auto const left = check_owner(transaction, team, *before); !left)
                return left.error();
            if (!changed->is_active) {
                end_sessions(transaction, team, user);
                end_links(transaction, team, user);
            }
            add_change(changes, user);
            changes.audit(tenancy::difference("user.update", user.str(), audited(*before), audited(*changed)));
            return changed;
        };
        co_return co_await transact_change<User>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<void>> remove(TeamId team, UserId user, UserCheck check, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, check = std::move(check)](pqxx::work& transaction,
                                                                           Changes& changes) -> Result<bool> {
            lock_team(transaction, team);
            auto const before = lock_user(transaction, team, user);
            if (!before)
                return before.error();
            if (auto const may = check(*before); !may)
                return may.error();
            transaction.exec_params0(kDelete, sql_id(team), sql_id(user));
            if (auto const left = check_owner(transaction, team, *before); !left)
                return left.error();
            add_change(changes, user);
            changes.audit({"user.delete", user.str(), audited(*before), std::nullopt});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<UserSecrets>> secrets(TeamId team, UserId user, Deadline deadline) override
    {
        pg::Query<UserSecrets> query = [team, user, &keyring = backend_.keyring](pqxx::work& transaction) {
            return read_secrets(transaction, keyring, team, user);
        };
        co_return co_await backend_.pool.transact<UserSecrets>(team, deadline, std::move(query));
    }

    Task<Result<void>> set_password(TeamId team, UserId user, std::optional<std::string> expected, std::string encoded,
                                    SessionId stays, tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, expected = std::move(expected), encoded = std::move(encoded),
                                     stays](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            if (auto const found = lock_user(transaction, team, user); !found)
                return found.error();
            if (transaction.exec_params(kSetPassword, sql_id(team), sql_id(user), encoded, expected).empty())
                return Error{ErrorCode::conflict, "The password was changed meanwhile."};
            end_sessions(transaction, team, user, stays);
            end_links(transaction, team, user);
            note(changes, "user.change_password", user);
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> rehash(TeamId team, UserId user, std::string expected, std::string encoded,
                              Deadline deadline) override
    {
        pg::Query<bool> query = [team, user, expected = std::move(expected),
                                 encoded = std::move(encoded)](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params(kSetPassword, sql_id(team), sql_id(user), encoded, expected);
            return true;
        };
        return without_value(backend_.pool.transact<bool>(team, deadline, std::move(query)));
    }

    Task<Result<void>> begin_second_factor(TeamId team, UserId user, Secret secret, tenancy::Author author,
                                           Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, secret = std::move(secret), &keyring = backend_.keyring](
                                        pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const key = team_data_key(transaction, keyring, team);
            if (!key)
                return key.error();
            if (auto const found = lock_user(transaction, team, user); !found)
                return found.error();
            auto const sealed = key->seal(factor_place(user), secret.reveal());
            if (transaction.exec_params(kBeginFactor, sql_id(team), sql_id(user), sql_bytes(sealed), key->version())
                    .empty())
                return Error{ErrorCode::conflict, "There is a second factor already. Remove it first."};
            note(changes, "user.begin_second_factor", user);
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> confirm_second_factor(TeamId team, UserId user, std::int64_t step,
                                             std::vector<crypto::Digest> recovery_codes, SessionId stays,
                                             tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, step, codes = std::move(recovery_codes),
                                     stays](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const found = lock_user(transaction, team, user);
            if (!found)
                return found.error();
            if (transaction.exec_params(kConfirmFactor, sql_id(team), sql_id(user), step).empty())
                return Error{ErrorCode::conflict, "There is no second factor that waits for its first code."};
            replace_codes(transaction, team, user, codes);
            end_sessions(transaction, team, user, stays);
            add_change(changes, user);
            changes.audit({"user.confirm_second_factor", user.str(), json::object{{"has_second_factor", false}},
                           json::object{{"has_second_factor", true}}});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> remove_second_factor(TeamId team, UserId user, Proof proof, tenancy::Author author,
                                            Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, proof](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const taken = take_proof_of(transaction, team, user, proof);
            if (!taken)
                return taken.error();
            clear_second_factor(transaction, team, user);
            add_change(changes, user);
            changes.audit({"user.remove_second_factor", user.str(), json::object{{"has_second_factor", true}},
                           json::object{{"has_second_factor", false}}});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> replace_recovery_codes(TeamId team, UserId user, Proof proof,
                                              std::vector<crypto::Digest> recovery_codes, tenancy::Author author,
                                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, proof, codes = std::move(recovery_codes)](
                                        pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const taken = take_proof_of(transaction, team, user, proof);
            if (!taken)
                return taken.error();
            replace_codes(transaction, team, user, codes);
            note(changes, "user.replace_recovery_codes", user);
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

private:
    /// For a change of a confirmed second factor, which nothing but a code allows.
    static Result<void> take_proof_of(pqxx::work& transaction, TeamId team, UserId user, Proof const& proof)
    {
        auto const found = lock_user(transaction, team, user);
        if (!found)
            return found.error();
        if (!found->has_second_factor)
            return Error{ErrorCode::not_found, "There is no second factor."};
        if (!proof.step && !proof.recovery_code)
            return code_refused();
        return take_proof(transaction, team, user, proof);
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<identity::UserRepository> make_users(Backend const& backend)
{
    return std::make_unique<PgUsers>(backend);
}

} // namespace sluice::store
