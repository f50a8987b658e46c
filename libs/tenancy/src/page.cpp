#include "tenancy/page.hpp"

#include <array>
#include <utility>

namespace sluice::tenancy {

std::optional<Condition::Operator> operator_of(std::string_view name)
{
    using Operator = Condition::Operator;
    constexpr std::array<std::pair<std::string_view, Operator>, 9> kOperators{{
        {"eq", Operator::eq},
        {"ne", Operator::ne},
        {"in", Operator::in},
        {"gt", Operator::gt},
        {"gte", Operator::gte},
        {"lt", Operator::lt},
        {"lte", Operator::lte},
        {"like", Operator::like},
        {"exist", Operator::exist},
    }};
    for (auto const& [known, value] : kOperators)
        if (known == name)
            return value;
    return std::nullopt;
}

} // namespace sluice::tenancy
