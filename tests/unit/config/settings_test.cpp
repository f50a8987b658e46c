#include "config/settings.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

using namespace std::chrono_literals;

struct Example {
    Example()
    {
        settings.text("listen.address", address, "address");
        settings.integer("listen.port", port, 1, 65535, "port");
        settings.duration("limit", limit, 1ms, 1h, "limit");
        settings.list("allow", allow, "list");
        settings.secret("database.url", url, "url");
        settings.flag("fast", fast, "flag");
    }
    Result<void> load(std::string_view file, std::map<std::string, std::string> environment = {})
    {
        std::vector<std::string> names;
        for (auto const& [name, value] : environment)
            names.push_back(name);
        return settings.load(
            file,
            [&](std::string const& name) -> std::optional<std::string> {
                auto const found = environment.find(name);
                return found == environment.end() ? std::nullopt : std::optional(found->second);
            },
            names);
    }
    std::string address = "127.0.0.1";
    std::int64_t port = 8080;
    std::chrono::milliseconds limit = 5s;
    std::vector<std::string> allow;
    Secret url;
    bool fast = false;
    Settings settings;
};

TEST(Settings, ComeFromFileAndEnvironmentWinsOverFile)
{
    Example example;
    ASSERT_TRUE(example.load("listen: {port: 1, address: ::1}\nlimit: 2min\nallow: [a, b]\nfast: true\n",
                             {{"SLUICE_LISTEN_PORT", "9"}, {"SLUICE_DATABASE_URL", "postgres://x:secret@y/z"}}));
    EXPECT_EQ(example.port, 9);
    EXPECT_EQ(example.address, "::1");
    EXPECT_EQ(example.limit, 2min);
    EXPECT_EQ(example.allow, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(example.fast);
    EXPECT_EQ(example.url.reveal(), "postgres://x:secret@y/z");
}

TEST(Settings, ReportEveryMistakeAtOnce)
{
    Example example;
    auto const loaded = example.load("listen: {port: 70000, colour: red}\nlimit: soon\nfast: maybe\n",
                                     {{"SLUICE_ALLOW", "a"}, {"SLUICE_TYPO", "1"}});
    ASSERT_FALSE(loaded);
    std::vector<std::string> paths;
    for (auto const& failure : loaded.error().failures())
        paths.push_back(failure.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"listen.port", "limit", "fast", "listen.colour", "SLUICE_TYPO"}));
}

TEST(Settings, DumpShowsNoSecret)
{
    Example example;
    ASSERT_TRUE(example.load("", {{"SLUICE_DATABASE_URL", "hunter2"}}));
    EXPECT_EQ(example.settings.dump().find("hunter2"), std::string::npos);
    EXPECT_NE(example.settings.dump().find("database.url = <set>"), std::string::npos);
}

TEST(Settings, RefuseAFileThatIsNoMapping)
{
    Example example;
    EXPECT_FALSE(example.load("- a\n- b\n"));
    EXPECT_FALSE(example.load("a: [\n"));
    EXPECT_TRUE(example.load(""));
}

std::string told(Result<void> const& loaded)
{
    std::string text;
    for (auto const& failure : loaded.error().failures())
        text += failure.path + " " + failure.message + "\n";
    return text;
}

TEST(Settings, SayWhatIsInAGroupThatIsGivenAValue)
{
    Example example;

    auto const loaded = example.load("listen: 5\n", {{"SLUICE_LISTEN", "5"}});

    ASSERT_FALSE(loaded);
    EXPECT_EQ(told(loaded), "listen is a group of settings: listen.address, listen.port\n"
                            "SLUICE_LISTEN is a group of settings: SLUICE_LISTEN_ADDRESS, SLUICE_LISTEN_PORT\n");
}

TEST(Settings, RefuseAKeyThatIsThereTwice)
{
    Example example;

    auto const loaded = example.load("limit: 1s\nlisten: {port: 1, port: 2}\nlimit: 2s\nlisten: {address: ::1}\n");

    ASSERT_FALSE(loaded);
    EXPECT_EQ(told(loaded), "listen.port is there twice\nlimit is there twice\nlisten is there twice\n");
}

TEST(Settings, RefuseAnUnknownKeyAlsoWithoutAValue)
{
    Example example;
    auto const loaded = example.load("databse:\nfoo: {}\nlisten:\nlimit:\ndatabase: {ulr: }\n");
    ASSERT_FALSE(loaded);
    std::vector<std::string> keys;
    for (auto const& failure : loaded.error().failures())
        keys.push_back(failure.path);
    EXPECT_EQ(keys, (std::vector<std::string>{"database.ulr", "databse", "foo"}));
}

} // namespace
} // namespace sluice::config
