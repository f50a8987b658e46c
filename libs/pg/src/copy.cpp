#include "pg/copy.hpp"

#include "database_connection.hpp"

#include <algorithm>
#include <memory>

#include <libpq-fe.h>
#include <pqxx/except>

namespace sluice::pg {
namespace {

using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// libpq sends a piece as far as the socket takes it and moves the rest to the front, again and again: large pieces
/// cost the square of their size.
constexpr std::size_t kPiece = 16UL * 1024;

[[noreturn]] void fail(PGconn* connection, PGresult const* answer, std::string const& statement)
{
    if (PQstatus(connection) != CONNECTION_OK)
        throw pqxx::broken_connection(PQerrorMessage(connection));
    auto const* state = answer != nullptr ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
    throw pqxx::sql_error(answer != nullptr ? PQresultErrorMessage(answer) : PQerrorMessage(connection), statement,
                          state);
}

// The signature, no flags, no extension; and the end: the number of values of no tuple.
constexpr std::string_view kHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::string_view kTrailer{"\377\377", 2};

void send(PGconn* connection, std::string_view rows, std::string const& statement)
{
    for (; !rows.empty(); rows.remove_prefix(std::min(rows.size(), kPiece)))
        // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the size goes with it
        if (PQputCopyData(connection, rows.data(), static_cast<int>(std::min(rows.size(), kPiece))) != 1)
            fail(connection, nullptr, statement);
}

void send_all(PGconn* connection, std::string_view rows, std::string const& statement)
{
    for (auto const part : {kHeader, rows, kTrailer})
        send(connection, part, statement);
    if (PQputCopyEnd(connection, nullptr) != 1)
        fail(connection, nullptr, statement);
}

} // namespace

void copy_in(pqxx::work& transaction, std::string const& statement, std::string_view rows)
{
    // Every connection of a pool is one of these.
    auto* const connection = static_cast<Connection&>(transaction.conn()).handle();
    Answer const begun(PQexec(connection, statement.c_str()), &PQclear);
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN)
        fail(connection, begun.get(), statement);
    send_all(connection, rows, statement);
    Answer const ended(PQgetResult(connection), &PQclear);
    auto const status = PQresultStatus(ended.get());
    while (Answer const more{PQgetResult(connection), &PQclear}) {
    }
    if (status != PGRES_COMMAND_OK)
        fail(connection, ended.get(), statement);
}

} // namespace sluice::pg
