#include "paths.hpp"

#include "areas/areas.hpp"

#include <gtest/gtest.h>

namespace sluice::api {
namespace {

TEST(NormalPath, IsThePathOfARouteHoweverItIsWritten)
{
    struct Case {
        std::string_view written;
        std::string_view meant;
    };
    for (auto const& [written, meant] : {
             Case{"/integrated-account", "/integrated-account"},
             Case{"/integrated-account/", "/integrated-account"},
             Case{"//integrated-account", "/integrated-account"},
             Case{"/integrated-account//ia_1///mcp/", "/integrated-account/ia_1/mcp"},
             Case{"/mcp/slx_mcp_1/mcp", "/mcp/slx_mcp_1"},
             Case{"/mcp/slx_mcp_1/mcp/", "/mcp/slx_mcp_1"},
             Case{"/mcp/mcp", "/mcp/mcp"},
             Case{"/mcp/slx_mcp_1/sse", "/mcp/slx_mcp_1/sse"},
             Case{"/mcp", "/mcp"},
             Case{"/", "/"},
             Case{"//", "/"},
             // Of vendors, which may tell these apart.
             Case{"/custom/a//b/", "/custom/a//b/"},
             Case{"//custom/a//b/", "/custom/a//b/"},
             Case{"/proxy/tickets//1", "/proxy/tickets//1"},
         }) {
        std::string room;
        EXPECT_EQ(normal_path(written, room), meant) << written;
    }
}

TEST(NearPath, IsOfARouteThatIsNearlyTheSame)
{
    struct Case {
        std::string_view written;
        std::string_view meant;
    };
    for (auto const& [written, meant] : {
             Case{"/integrated-accounts", "/integrated-account"},
             Case{"/integrated_account/ia_1/tools", "/integrated-account/{id}/tools"},
             Case{"/integrated-account/ia_1/tool", "/integrated-account/{id}/tools"},
             // A secret of the client is not repeated.
             Case{"/mcp/slx_mcp_1/message", "/mcp/{token}/messages"},
             Case{"/webhooks", "/webhook"},
             Case{"/something/else", ""},
             Case{"/", ""},
             Case{"", ""},
         })
        EXPECT_EQ(near_path(written, all_routes()), meant) << written;
    EXPECT_EQ(near_path(std::string(10'000, '/'), all_routes()), "");
}

} // namespace
} // namespace sluice::api
