#pragma once

#include "accounts/repositories.hpp"
#include "accounts/vault.hpp"
#include "accounts/verdict.hpp"
#include "base/clock.hpp"
#include "support/fake_changes.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

/// Integrated accounts in memory, with the leases, intents and generations of the real ones and real seals. Every
/// changing call is a transaction: it changes a copy, which replaces the row only if nothing failed. Belongs to one
/// thread.
class FakeAccounts final : public accounts::AccountRepository {
public:
    using Account = accounts::Account;
    using Context = accounts::Context;

    struct Row {
        Account account;
        Uuid lease_owner{};
        std::optional<Timestamp> lease_until;
        std::optional<std::int64_t> intent_generation;
        json::object schema;
        std::optional<Timestamp> health_asked_at;
        std::size_t health_checks = 0; ///< Asked for, and made due.
    };

    /// Both must outlive it.
    FakeAccounts(FakeChanges& changes, Clock const& clock)
        : changes_(changes)
        , clock_(clock)
    {
    }

    /// Called before each transaction with the name of the method; an error is its answer and nothing happens.
    std::function<std::optional<Error>(std::string_view method)> before;
    /// Called after each commit with the name of the method; an error is the answer although the change happened.
    std::function<std::optional<Error>(std::string_view method)> after_commit;
    /// What all accounts of an environment integration share.
    struct Installation {
        IntegrationId integration;
        bool is_enabled = true;
        json::object override;
        std::optional<accounts::SealedSecret> app_secret;
        std::optional<accounts::SealedSecret> tls_key;
        std::optional<accounts::AppTrouble> app_trouble;
        std::optional<Timestamp> app_worked_at;
        std::size_t app_refusals = 0; ///< How often the app was found to be refused; while it is, once.
        int integration_version = 1;
        std::vector<accounts::DocumentationRow> documentation;
        std::string reconnect_url;
    };
    std::map<EnvironmentIntegrationId, Installation> installations;
    std::map<std::pair<EnvironmentId, IntegratedAccountId>, Row> rows;
    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::vector<accounts::LimitWarning> warnings;
    std::size_t reads = 0; ///< Calls of `load_state`.

    /// A row without a transaction and without an announcement: what was there before the test.
    Account put(Account account, Context const& context)
    {
        if (account.id.empty())
            account.id = IntegratedAccountId{uuid_v7(clock_.now())};
        account.created_at = account.updated_at = clock_.now();
        if (account.integration.empty())
            account.integration = installations[account.environment_integration].integration;
        seal(account, context);
        rows[{account.environment, account.id}] = Row{account, {}, {}, {}, {}, {}, 0};
        return account;
    }
    /// Gives an installation TLS settings of its own, with the key `our-key`.
    void show_certificate(EnvironmentId environment, EnvironmentIntegrationId id)
    {
        auto& installed = installations[id];
        installed.override["tls"] = json::object{{"ca", "their-ca"}, {"certificate", "our-certificate"}};
        auto const place = accounts::tls_place(id);
        auto const& key = key_of(environment);
        installed.tls_key = accounts::SealedSecret{key, place, key.seal(place, "our-key")};
    }
    /// The stored context, opened.
    Result<Context> context_of(EnvironmentId environment, IntegratedAccountId id)
    {
        return accounts::open_context(rows.at({environment, id}).account, key_of(environment));
    }

    Task<Result<Account>> create(Account account, Context context, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("create"))
            co_return *failed;
        auto const made = put(std::move(account), context);
        changes_.notify({snapshots::Change::Kind::tenant, made.environment, snapshots::tenant_key(made.tenant_id)});
        co_return committed("create", made);
    }

    Task<Result<Account>> find(EnvironmentId environment, IntegratedAccountId id, Deadline) override
    {
        if (auto failed = begin("find"))
            co_return *failed;
        auto const* row = row_at(environment, id);
        co_return row != nullptr ? Result<Account>(row->account) : not_found();
    }

    Task<Result<tenancy::Page<Account>>> list(EnvironmentId environment, tenancy::ListQuery query, Deadline) override
    {
        if (auto failed = begin("list"))
            co_return *failed;
        tenancy::Page<Account> page;
        for (auto const& [key, row] : rows)
            if (key.first == environment && std::ssize(page.items) < query.limit && is_meant(row.account, query))
                page.items.push_back(row.account);
        co_return page;
    }

    Task<Result<Account>> update(EnvironmentId environment, IntegratedAccountId id, bool new_credentials,
                                 accounts::AccountChange change, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("update"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        auto next = *row;
        if (new_credentials) {
            end_lease(next);
            next.account.doubts = {};
        }
        if (auto const changed = apply(next, new_credentials, change); !changed)
            co_return changed.error();
        co_return commit("update", *row, std::move(next));
    }

    Task<Result<Account>> note(EnvironmentId environment, IntegratedAccountId id, accounts::AccountChange change,
                               Deadline) override
    {
        if (auto failed = begin("note"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        auto next = *row;
        if (auto const changed = apply(next, false, change); !changed)
            co_return changed.error();
        co_return commit("note", *row, std::move(next));
    }

    Task<Result<void>> ask_renewal(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                   Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("ask_renewal"))
            co_return *failed;
        co_return row_at(environment, id) != nullptr ? Result<void>{} : not_found();
    }

    Task<Result<accounts::RefreshLease>> lease_refresh(EnvironmentId environment, IntegratedAccountId id,
                                                       std::int64_t seen, Uuid owner, std::chrono::seconds lease,
                                                       Deadline) override
    {
        using Lease = accounts::RefreshLease;
        if (auto failed = begin("lease_refresh"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        bool const is_renewed = row->account.generation != seen;
        Lease result;
        if (!is_renewed && row->lease_until && *row->lease_until > clock_.now())
            co_return result;
        result.kind = is_renewed ? Lease::Kind::renewed : Lease::Kind::taken;
        result.is_interrupted = !is_renewed && row->intent_generation == row->account.generation;
        result.state = state_of(*row);
        auto& trouble = installations[row->account.environment_integration].app_trouble;
        bool const needs_app = !row->account.has_own_client();
        if (!is_renewed && needs_app && trouble && trouble->retry_at > clock_.now()) {
            result.kind = Lease::Kind::app_refused;
            co_return committed("lease_refresh", std::move(result));
        }
        if (!is_renewed) {
            if (trouble && needs_app)
                trouble->retry_at = clock_.now() + kAppPause;
            row->lease_owner = owner;
            row->lease_until = clock_.now() + lease;
        }
        co_return committed("lease_refresh", std::move(result));
    }

    Task<Result<void>> intend_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner, Deadline) override
    {
        if (auto failed = begin("intend_refresh"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr || row->lease_owner != owner)
            co_return lease_lost();
        row->intent_generation = row->account.generation;
        if (after_commit)
            if (auto failed = after_commit("intend_refresh"))
                co_return *failed;
        co_return Result<void>{};
    }

    Task<Result<Account>> finish_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                         accounts::RefreshEnd end, accounts::AccountChange change, Deadline) override
    {
        using Kind = accounts::RefreshEnd::Kind;
        if (auto failed = begin("finish_refresh"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        if (row->lease_owner != owner)
            co_return lease_lost();
        auto next = *row;
        auto const intent = next.intent_generation;
        end_lease(next);
        if (end.kind == Kind::undecided)
            next.intent_generation = intent;
        if (auto const changed = apply(next, end.kind == Kind::renewed, change); !changed)
            co_return changed.error();
        auto& installed = installations[row->account.environment_integration];
        if (end.kind == Kind::renewed && !row->account.has_own_client()) {
            installed.app_trouble.reset();
            installed.app_worked_at = clock_.now();
        }
        if (end.kind == Kind::app_refused) {
            installed.app_refusals += installed.app_trouble ? 0 : 1;
            installed.app_trouble = accounts::AppTrouble{end.message, clock_.now() + kAppPause};
        }
        co_return commit("finish_refresh", *row, std::move(next));
    }

    Task<Result<void>> ask_health(EnvironmentId environment, IntegratedAccountId id, Deadline) override
    {
        if (auto failed = begin("ask_health"))
            co_return *failed;
        auto* row = row_at(environment, id);
        bool const is_due = row != nullptr && row->account.status == accounts::Status::active &&
                            clock_.now() - row->account.doubts.credential_refused_at.value_or(Timestamp{}) >=
                                accounts::kCredentialApart &&
                            (!row->health_asked_at || clock_.now() - *row->health_asked_at >= std::chrono::minutes(1));
        if (is_due) {
            row->health_asked_at = clock_.now();
            ++row->health_checks;
        }
        co_return Result<void>{};
    }

    Task<Result<void>> warn_of_limit(EnvironmentId environment, IntegratedAccountId id, accounts::LimitWarning warning,
                                     Deadline) override
    {
        if (auto failed = begin("warn_of_limit"))
            co_return *failed;
        if (row_at(environment, id) != nullptr)
            warnings.push_back(std::move(warning));
        co_return Result<void>{};
    }

    Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id,
                                        accounts::AccountChange change, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("store_answers"))
            co_return *failed;
        auto* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        auto next = *row;
        if (auto const changed = apply(next, false, change); !changed)
            co_return changed.error();
        co_return commit("store_answers", *row, std::move(next));
    }

    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                              Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("remove"))
            co_return *failed;
        if (rows.erase({environment, id}) == 0)
            co_return not_found();
        changes_.notify({snapshots::Change::Kind::account, environment, id.uuid()});
        if (after_commit)
            if (auto failed = after_commit("remove"))
                co_return *failed;
        co_return Result<void>{};
    }

    Task<Result<std::vector<IntegratedAccountId>>> remove_all(EnvironmentId environment,
                                                              std::vector<IntegratedAccountId> ids,
                                                              tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("remove_all"))
            co_return *failed;
        std::vector<IntegratedAccountId> gone;
        for (auto const id : ids)
            if (rows.erase({environment, id}) > 0) {
                changes_.notify({snapshots::Change::Kind::account, environment, id.uuid()});
                gone.push_back(id);
            }
        co_return gone;
    }

    Task<Result<accounts::AccountState>> load_state(EnvironmentId environment, IntegratedAccountId id,
                                                    Deadline) override
    {
        ++reads;
        if (auto failed = begin("load_state"))
            co_return *failed;
        auto const* row = row_at(environment, id);
        if (row == nullptr)
            co_return not_found();
        co_return state_of(*row);
    }

    Task<Result<std::map<accounts::Status, std::int64_t>>> count(Deadline) override
    {
        std::map<accounts::Status, std::int64_t> counts;
        for (auto const& [key, row] : rows)
            ++counts[row.account.status];
        co_return counts;
    }

    [[nodiscard]] accounts::AccountState state_of(Row const& row)
    {
        accounts::AccountState state;
        state.account = row.account;
        state.key = key_of(row.account.environment);
        auto const& installed = installations[row.account.environment_integration];
        state.is_enabled = installed.is_enabled;
        state.override = installed.override;
        state.app_secret = installed.app_secret;
        state.tls_key = installed.tls_key;
        state.app_trouble = installed.app_trouble;
        state.app_worked_at = installed.app_worked_at;
        state.integration_version = installed.integration_version;
        state.documentation = installed.documentation;
        state.reconnect_url = installed.reconnect_url;
        state.schema = row.schema;
        return state;
    }

    [[nodiscard]] crypto::DataKey const& key_of(EnvironmentId environment)
    {
        auto const known = keys_.find(environment);
        return known != keys_.end()
                   ? known->second
                   : keys_.emplace(environment, crypto::DataKey::generate(environment, 1)).first->second;
    }

private:
    static constexpr std::chrono::seconds kAppPause{30};

    /// Of the conditions of a list only `tenant_id` counts here.
    static bool is_meant(Account const& account, tenancy::ListQuery const& query)
    {
        return std::ranges::all_of(query.conditions, [&](auto const& condition) {
            return condition.field != "tenant_id" || condition.values.front() == account.tenant_id;
        });
    }
    std::optional<Error> begin(std::string_view method) { return before ? before(method) : std::nullopt; }

    template <class T>
    Result<T> committed(std::string_view method, T value)
    {
        if (after_commit)
            if (auto failed = after_commit(method))
                return *failed;
        return value;
    }

    Result<Account> commit(std::string_view method, Row& row, Row next)
    {
        auto const old_tenant = row.account.tenant_id;
        row = std::move(next);
        auto const& account = row.account;
        changes_.notify({snapshots::Change::Kind::account, account.environment, account.id.uuid()});
        if (account.tenant_id != old_tenant)
            changes_.notify(
                {snapshots::Change::Kind::tenant, account.environment, snapshots::tenant_key(account.tenant_id)});
        return committed(method, account);
    }

    Row* row_at(EnvironmentId environment, IntegratedAccountId id)
    {
        auto const found = rows.find({environment, id});
        return found != rows.end() ? &found->second : nullptr;
    }

    Result<void> apply(Row& row, bool new_credentials, accounts::AccountChange const& change)
    {
        auto context = accounts::open_context(row.account, key_of(row.account.environment));
        if (!context)
            return context.error();
        if (auto const changed = change(row.account, *context); !changed)
            return changed.error();
        seal(row.account, *context);
        row.account.generation += new_credentials ? 1 : 0;
        row.account.updated_at = clock_.now();
        return {};
    }

    void seal(Account& account, Context const& context)
    {
        auto const& key = key_of(account.environment);
        account.context = context.visible;
        account.sealed = key.seal(accounts::sealing_place(account.id), boost::json::serialize(context.secret));
        account.data_key_version = key.version();
    }

    static void end_lease(Row& row)
    {
        row.lease_owner = {};
        row.lease_until.reset();
        row.intent_generation.reset();
    }

    static Error not_found() { return {ErrorCode::not_found, "There is no such integrated account."}; }
    static Error lease_lost() { return {ErrorCode::conflict, "The credential is being renewed elsewhere."}; }

    FakeChanges& changes_;
    Clock const& clock_;
    std::map<EnvironmentId, crypto::DataKey> keys_;
};

} // namespace sluice::test
