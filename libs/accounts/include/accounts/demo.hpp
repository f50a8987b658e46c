#pragma once

#include "accounts/directory.hpp"
#include "accounts/installer.hpp"
#include "base/secret.hpp"

#include <optional>
#include <string>

namespace sluice::accounts {

/// Connects an account that the operator offers to try Sluice with, such as one of a simulator. Whoever may change the
/// integration can send its credentials elsewhere, so they must open nothing of worth. One per I/O thread.
class Demo {
public:
    /// All must outlive it. `offer` is the text of the operator's file, a JSON object with `integration` (the name of a
    /// built-in one), `override`, `tenant_id`, `authentication_method` and `context`; null: nothing is offered.
    Demo(Secret const* offer, Installer& installer, Directory& directory, AccountRepository& accounts);

    [[nodiscard]] bool is_offered() const noexcept { return offer_ != nullptr; }
    /// Checks the text of the file. Errors: invalid_argument at `demo.file`.
    [[nodiscard]] static Result<void> check(Secret const& offer);

    struct Connected {
        Account account;
        bool is_new = false; ///< It was not there before.
    };
    /// Installs the integration and enters the account, or gives the one that is there already. Errors: not_found if
    /// nothing is offered; conflict if the integration is installed for another address; those of `Directory::create`.
    Task<Result<Connected>> connect(EnvironmentId environment, tenancy::Author author, Deadline deadline);

private:
    Secret const* const offer_;
    Installer& installer_;
    Directory& directory_;
    AccountRepository& accounts_;
};

} // namespace sluice::accounts
