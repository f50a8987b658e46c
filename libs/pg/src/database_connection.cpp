#include "database_connection.hpp"

#include <libpq-fe.h>
#include <pqxx/except>
#include <unistd.h>

namespace sluice::pg {

Connection::Policy::handle Connection::Policy::do_startconnect(handle existing)
{
    if (existing != nullptr)
        return existing;
    auto* const made = normalconnect(existing);
    if (PQstatus(made) != CONNECTION_OK) {
        std::string const why = PQerrorMessage(made);
        do_disconnect(made);
        throw pqxx::broken_connection(why);
    }
    connected_ = made;
    return made;
}

Connection::Connection(std::string const& options)
    : pqxx::connection_base(policy_)
    , policy_(options)
{
    init();
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true); // A reconnect would wait without a limit and lose the session's state.
#pragma clang diagnostic pop
    socket_ = ::dup(PQsocket(policy_.connected()));
    if (socket_ < 0) {
        close();
        throw pqxx::broken_connection("no descriptor is free");
    }
}

Connection::~Connection()
{
    close();
    if (socket_ >= 0)
        ::close(socket_);
}

bool Connection::is_idle() const noexcept
{
    return is_open() && PQtransactionStatus(policy_.connected()) == PQTRANS_IDLE;
}

} // namespace sluice::pg
