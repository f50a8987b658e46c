#include "core/secrets.hpp"

#include "core/rows.hpp"

#include <string>

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kAdd[] = "SELECT add_secret($1, $2, decode($3, 'hex'), $4)";
#define SLUICE_DIGESTS "ARRAY(SELECT decode(d, 'hex') FROM unnest(string_to_array($2, ',')) AS d)"
// The second look runs inside the environment that the first has found.
constexpr char kFind[] = "SELECT environment_id, owner_id FROM find_secret($1, " SLUICE_DIGESTS ")";
constexpr char kEnd[] =
    "SELECT (extract(epoch FROM secret_end(" SLUICE_DIGESTS ")) * 1000000)::bigint AS ends_at WHERE $1 <> ''";
#undef SLUICE_DIGESTS
constexpr char kEndAll[] = "SELECT end_secrets($1, to_timestamp($2::double precision / 1000000))";

} // namespace

void add_secret(pqxx::work& transaction, char const* kind, crypto::TokenHash const& hash, Uuid const& owner)
{
    transaction.exec_params1(kAdd, kind, hash.key_id, sql_bytes(hash.digest), sql_id(owner));
}

std::optional<SecretOwner> find_secret(pqxx::work& transaction, char const* kind,
                                       std::vector<crypto::TokenHash> const& candidates)
{
    auto const digests = digests_of(candidates);
    auto const rows = transaction.exec_params(kFind, kind, digests);
    if (rows.empty())
        return std::nullopt;
    auto const end = transaction.exec_params1(kEnd, kind, digests);
    auto const row = rows[0];
    return SecretOwner{id_in<EnvironmentId>(row["environment_id"]), uuid_in(row["owner_id"]),
                       optional_time_in(end["ends_at"])};
}

std::string digests_of(std::vector<crypto::TokenHash> const& candidates)
{
    std::string digests;
    for (auto const& hash : candidates)
        digests += (digests.empty() ? "" : ",") + sql_bytes(hash.digest);
    return digests;
}

std::string with_secret(std::string_view rows)
{
    // OFFSET 0 keeps the planner from pulling `rows` up: they are read once `find_secret` has set the environment,
    // which row-level security asks for. LIMIT 1 tells it that there is one: for the thousand that it takes a function
    // to give it would compile the query first, which takes half a second.
    return "SELECT r.* FROM (SELECT * FROM find_secret($1, ARRAY(SELECT decode(d, 'hex') "
           "FROM unnest(string_to_array($2, ',')) AS d)) LIMIT 1) AS f, LATERAL (" +
           std::string(rows) + " OFFSET 0) AS r";
}

void end_secrets(pqxx::work& transaction, Uuid const& owner, Timestamp at)
{
    transaction.exec_params1(kEndAll, sql_id(owner), sql_time(at));
}

} // namespace sluice::store
