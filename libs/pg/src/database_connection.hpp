#pragma once

#include <string>

#include <pqxx/connection_base>
#include <pqxx/connectionpolicy>

namespace sluice::pg {

/// A connection of pqxx. It never reconnects by itself, and another thread may cut its socket. One thread at a time.
class Connection final : public pqxx::connection_base {
public:
    /// Connects. Each address of the server gets the `connect_timeout` of `options`. Throws pqxx::broken_connection.
    explicit Connection(std::string const& options);
    ~Connection();
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    /// A second descriptor of the socket, open as long as this object, since libpq may close its own at any time.
    [[nodiscard]] int socket() const noexcept { return socket_; }
    /// For what pqxx cannot do. Null if it was never connected.
    [[nodiscard]] pqxx::internal::pq::PGconn* handle() const noexcept { return policy_.connected(); }
    /// Whether it is ready for the next transaction: connected, and in no transaction.
    [[nodiscard]] bool is_idle() const noexcept;

private:
    class Policy final : public pqxx::connectionpolicy {
    public:
        using pqxx::connectionpolicy::connectionpolicy;
        handle do_startconnect(handle existing) override;
        [[nodiscard]] handle connected() const noexcept { return connected_; }

    private:
        handle connected_ = nullptr;
    };

    Policy policy_;
    int socket_ = -1;
};

} // namespace sluice::pg
