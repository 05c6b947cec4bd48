#include "helpers/process/terminal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace dualpath::process {
namespace {

/// Both ends of a pseudo-terminal.
class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    far_ = UniqueFd(::posix_openpt(O_RDWR | O_NOCTTY));
    ASSERT_TRUE(far_);
    ASSERT_EQ(::grantpt(far_.get()), 0);
    ASSERT_EQ(::unlockpt(far_.get()), 0);
    tty_ = UniqueFd(::open(::ptsname(far_.get()), O_RDWR | O_NOCTTY));
    ASSERT_TRUE(tty_);
  }

  tcflag_t LocalModes() {
    termios modes = {};
    EXPECT_EQ(::tcgetattr(tty_.get(), &modes), 0);
    return modes.c_lflag;
  }

  UniqueFd far_;
  UniqueFd tty_;
};

TEST_F(TerminalTest, IsRawWhileTheObjectExists) {
  const tcflag_t before = LocalModes();
  ASSERT_NE(before & ISIG, 0U);
  {
    const auto raw = RawTerminal::Of(tty_.get());
    ASSERT_TRUE(raw.ok()) << raw.error().ToString();
    EXPECT_EQ(LocalModes() & (ISIG | ICANON | ECHO), 0U);
  }
  EXPECT_EQ(LocalModes(), before);
}

TEST_F(TerminalTest, IsRestoredForGoodWhenExitingOnASignal) {
  const tcflag_t before = LocalModes();
  EXPECT_EXIT(
      {
        const auto raw = RawTerminal::Of(tty_.get());
        RestoreTerminalForGood();
        std::thread([this] { static_cast<void>(RawTerminal::Of(tty_.get())); }).detach();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        ::_exit(raw.ok() ? 5 : 6);
      },
      ::testing::ExitedWithCode(5), "");
  EXPECT_EQ(LocalModes(), before);
}

TEST(RawTerminalTest, IsAnErrorForOtherFiles) {
  const UniqueFd null(::open("/dev/null", O_RDWR));
  const auto raw = RawTerminal::Of(null.get());
  ASSERT_FALSE(raw.ok());
  EXPECT_EQ(raw.error().error_number(), ENOTTY);
}

TEST_F(TerminalTest, HasItsSize) {
  winsize size = {};
  size.ws_row = 50;
  size.ws_col = 132;
  ASSERT_EQ(::ioctl(far_.get(), TIOCSWINSZ, &size), 0);
  EXPECT_EQ(WindowSizeOf(tty_.get()), (WindowSize{50, 132}));
}

TEST_F(TerminalTest, HasADefaultSize) {
  EXPECT_EQ(WindowSizeOf(tty_.get()), (WindowSize{24, 80}));
  EXPECT_EQ(WindowSizeOf(-1), (WindowSize{24, 80}));
}

TEST(WatchWindowSizeTest, BecomesReadableWithTheSignal) {
  const auto events = WatchWindowSize();
  ASSERT_TRUE(events.ok()) << events.error().ToString();
  pollfd entry{events->get(), POLLIN, 0};
  EXPECT_EQ(::poll(&entry, 1, 0), 0);
  ::raise(SIGWINCH);
  ::raise(SIGWINCH);
  EXPECT_EQ(::poll(&entry, 1, 0), 1);
  std::uint64_t count = 0;
  EXPECT_EQ(::read(events->get(), &count, sizeof(count)), static_cast<ssize_t>(sizeof(count)));
  EXPECT_EQ(::poll(&entry, 1, 0), 0);
  ::signal(SIGWINCH, SIG_DFL);
}

std::string Typed(const std::string& text) { return Escapes().Take(text).typed; }

TEST(EscapesTest, LeaveOtherTextUnchanged) {
  EXPECT_EQ(Typed("ls ~/x ~.\r"), "ls ~/x ~.\r");
  EXPECT_EQ(Typed("\x03\x1b[A~?"), "\x03\x1b[A~?");
  EXPECT_EQ(Typed("~/bin\r~x\r"), "~/bin\r~x\r");
  EXPECT_EQ(Typed("cd ~s\r"), "cd ~s\r");
}

TEST(EscapesTest, AreRecognizedOnlyAfterEnter) {
  EXPECT_TRUE(Escapes().Take("~.").leave);
  EXPECT_TRUE(Escapes().Take("ls\r~.").leave);
  EXPECT_TRUE(Escapes().Take("ls\n~.").leave);
  EXPECT_FALSE(Escapes().Take("ls ~.").leave);
  EXPECT_FALSE(Escapes().Take(" ~.").leave);
}

TEST(EscapesTest, PassOnWhatWasTypedBeforeLeaving) {
  const Escapes::Found found = Escapes().Take("ls\r~.rm\r");
  EXPECT_EQ(found.typed, "ls\r");
  EXPECT_TRUE(found.leave);
}

TEST(EscapesTest, TurnTwoTildesIntoOne) {
  const Escapes::Found found = Escapes().Take("~~.\r");
  EXPECT_EQ(found.typed, "~.\r");
  EXPECT_FALSE(found.leave);
}

TEST(EscapesTest, SaveUnderTheNameThatFollows) {
  const Escapes::Found found = Escapes().Take("ls\r~s one\rexit\r");
  EXPECT_EQ(found.typed, "ls\r");
  EXPECT_EQ(found.save, "one");
  EXPECT_EQ(found.echo, "~s one\r\n");
  EXPECT_EQ(found.rest, "exit\r");
}

TEST(EscapesTest, TheNameCanBeCorrectedAndLeftOut) {
  Escapes escapes;
  EXPECT_FALSE(escapes.Take("~s ab").save);
  EXPECT_EQ(escapes.Take("\x7f\b").echo, "\b \b\b \b");
  EXPECT_EQ(escapes.Take("c d \r").save, "c d");
  EXPECT_EQ(escapes.Take("~s\x7f\r").save, "");
  EXPECT_EQ(escapes.Take("~s\x7f\x7f\r").save, "") << "the ~s itself cannot be deleted";
}

TEST(EscapesTest, SavingCanBeGivenUp) {
  for (const char* key : {"\x03", "\x07", "\x1b"}) {
    Escapes escapes;
    const Escapes::Found found = escapes.Take(std::string("~s name") + key + "ls\r~?");
    EXPECT_FALSE(found.save);
    EXPECT_EQ(found.typed, "ls\r");
    EXPECT_TRUE(found.help);
  }
}

TEST(EscapesTest, AreFoundAcrossPieces) {
  Escapes escapes;
  EXPECT_EQ(escapes.Take("\r").typed, "\r");
  EXPECT_EQ(escapes.Take("~").typed, "");
  EXPECT_TRUE(escapes.Take("?").help);
  EXPECT_EQ(escapes.Take("~").typed, "");
  EXPECT_EQ(escapes.Take("a").typed, "~a");
  EXPECT_EQ(escapes.Take("~.").typed, "~.");
}

}  // namespace
}  // namespace dualpath::process
