#pragma once

#include <string>
#include <string_view>

#include <pqxx/transaction>

namespace sluice::pg {

/// Runs a `COPY … FROM STDIN` inside the transaction of a `Pool`; `rows` is its data in the text form. For many rows it
/// costs a fraction of INSERT. Throws as pqxx does: pqxx::sql_error with its SQLSTATE, pqxx::broken_connection.
void copy_in(pqxx::work& transaction, std::string const& statement, std::string_view rows);

} // namespace sluice::pg
