#pragma once

#include "store_fixture.hpp"

#include <chrono>
#include <string>

namespace sluice::store {

/// Writes a row with a value of its own in every column, and reads it back.
class RoundTripTest : public StoreTest {
protected:
    crypto::TokenHash hash(std::string const& secret) { return crypto::hash_token(keyring_, secret); }
    /// As exact as the database keeps a time.
    [[nodiscard]] Timestamp in(std::chrono::seconds later) const
    {
        return std::chrono::floor<std::chrono::microseconds>(clock_.now()) + later;
    }
    /// As of a row that was made a moment ago.
    void expect_recent(Timestamp time) const
    {
        EXPECT_LT(time, clock_.now() + std::chrono::minutes(1));
        EXPECT_GT(time, clock_.now() - std::chrono::minutes(1));
    }
};

} // namespace sluice::store
