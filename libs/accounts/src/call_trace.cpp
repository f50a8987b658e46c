#include "accounts/call_trace.hpp"

namespace sluice::accounts {

void CallTrace::of(CallableAccount const& connected)
{
    account = connected.account.id.str();
    integration = connected.account.integration_name;
}

} // namespace sluice::accounts
