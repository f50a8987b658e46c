#include "secrets.hpp"

#include "rows.hpp"

#include <string>

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kAdd[] = "SELECT add_secret($1, $2, decode($3, 'hex'), $4)";
constexpr char kFind[] = "SELECT environment_id, owner_id FROM find_secret($1, ARRAY(SELECT decode(d, 'hex') "
                         "FROM unnest(string_to_array($2, ',')) AS d))";

} // namespace

void add_secret(pqxx::work& transaction, char const* kind, crypto::TokenHash const& hash, Uuid const& owner)
{
    transaction.exec_params1(kAdd, kind, hash.key_id, sql_bytes(hash.digest), sql_id(owner));
}

std::optional<SecretOwner> find_secret(pqxx::work& transaction, char const* kind,
                                       std::vector<crypto::TokenHash> const& candidates)
{
    std::string digests;
    for (auto const& hash : candidates)
        digests += (digests.empty() ? "" : ",") + sql_bytes(hash.digest);
    auto const rows = transaction.exec_params(kFind, kind, digests);
    if (rows.empty())
        return std::nullopt;
    return SecretOwner{id_in<EnvironmentId>(rows[0][0]), uuid_in(rows[0][1])};
}

} // namespace sluice::store
