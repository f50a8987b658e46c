#pragma once

#include "table.hpp"

#include "base/timestamp.hpp"

namespace sluice::simulator {

struct Account;

/// The events one action writes: they share a `context`. Also tells the webhooks.
class Chain {
public:
    /// `user` 0: nobody.
    Chain(Account& account, Id user, Timestamp at);

    Chain& add(std::string_view type, std::string_view object_type, Id object, json::value data = nullptr);

private:
    Account& account_;
    Id user_;
    Timestamp at_;
    std::string context_;
};

} // namespace sluice::simulator
