#pragma once

#include <string>
#include <string_view>

#include <pqxx/transaction>

namespace sluice::pg {

/// Runs a `COPY … FROM STDIN WITH (FORMAT binary)` inside the transaction of a `Pool`. `rows` are tuples in the binary
/// form ("COPY", section "Binary Format"), without the file's header and trailer. For many rows it costs a fraction of
/// INSERT. Throws as pqxx does: pqxx::sql_error with its SQLSTATE, pqxx::broken_connection.
void copy_in(pqxx::work& transaction, std::string const& statement, std::string_view rows);

} // namespace sluice::pg
