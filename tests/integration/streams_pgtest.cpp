// Streams of the older SSE transport, which any replica may have something to say on.
#include "mcp/streams.hpp"
#include "store_fixture.hpp"

#include <pqxx/connection>
#include <pqxx/notification>

namespace sluice::store {
namespace {

class StreamRepositoryTest : public StoreTest {
protected:
    void open(Uuid const& stream)
    {
        must(test::run(store_.streams().open(stream, environment_, server_, replica_, soon())));
    }
    void publish(Uuid const& stream, std::string const& message)
    {
        must(test::run(store_.streams().publish(stream, message, soon())));
    }
    bool is_open(Uuid const& stream) { return must(test::run(store_.streams().is_open(stream, server_, soon()))); }
    std::vector<std::string> take(Uuid const& stream) { return must(test::run(store_.streams().take(stream, soon()))); }

    EnvironmentId const environment_ = environment("t", "streams");
    McpServerId const server_{uuid_of_name("server")};
    Uuid const replica_ = uuid_of_name("replica");
    Uuid const one_ = uuid_of_name("one");
    Uuid const two_ = uuid_of_name("two");
};

TEST_F(StreamRepositoryTest, AStreamIsOpenForItsServerUntilItIsClosed)
{
    EXPECT_FALSE(is_open(one_));
    open(one_);
    EXPECT_TRUE(is_open(one_));
    McpServerId const other{uuid_of_name("other")};
    EXPECT_FALSE(must(test::run(store_.streams().is_open(one_, other, soon()))));
    publish(one_, "left");
    must(test::run(store_.streams().close(one_, soon())));
    EXPECT_FALSE(is_open(one_));
    EXPECT_TRUE(take(one_).empty()) << "its messages go with it";
}

TEST_F(StreamRepositoryTest, MessagesAreTakenOnceInTheirOrder)
{
    open(one_);
    open(two_);
    publish(one_, "first");
    publish(two_, "of another");
    publish(one_, "second");
    EXPECT_EQ(take(one_), (std::vector<std::string>{"first", "second"}));
    EXPECT_TRUE(take(one_).empty());
    EXPECT_EQ(take(two_), std::vector<std::string>{"of another"});
}

TEST_F(StreamRepositoryTest, APublishedMessageIsTold)
{
    pqxx::connection connection(database_.url("sluice_app").reveal());
    struct Ear final : pqxx::notification_receiver {
        explicit Ear(pqxx::connection& to)
            : pqxx::notification_receiver(to, mcp::kStreamChannel)
        {
        }
        void operator()(std::string const& payload, int) override { heard.push_back(payload); }
        std::vector<std::string> heard;
    } ear(connection);
    open(one_);
    publish(one_, "message");
    connection.await_notification(5, 0);
    EXPECT_EQ(ear.heard, std::vector{to_hex(one_)});
}

TEST_F(StreamRepositoryTest, StreamsOfAReplicaThatIsNotSeenAreForgotten)
{
    open(one_);
    database_.execute("UPDATE mcp_streams SET seen_at = now() - interval '80 seconds'");
    must(test::run(store_.streams().touch(replica_, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM mcp_streams WHERE seen_at > now() - interval '10 seconds'"), "1");
    publish(one_, "left");
    database_.execute("UPDATE mcp_streams SET seen_at = now() - interval '91 seconds'");
    database_.execute("UPDATE mcp_stream_messages SET created_at = now() - interval '121 seconds'");
    EXPECT_FALSE(is_open(one_));
    must(test::run(store_.streams().touch(uuid_of_name("another replica"), soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM mcp_streams"), "0");
    EXPECT_EQ(database_.value("SELECT count(*) FROM mcp_stream_messages"), "0");
}

} // namespace
} // namespace sluice::store
