#include "helpers/timeline/log_entry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <ctime>

#include "helpers/multipath/log_line.h"
#include "helpers/timeline/durations.h"
#include "helpers/timeline/month_names.h"

namespace dualpath::timeline {
namespace {

constexpr std::int64_t kHour = 60 * kMinute;

constexpr std::array<std::string_view, 7> kWeekdays{"Mon", "Tue", "Wed", "Thu",
                                                    "Fri", "Sat", "Sun"};

std::tm Date(std::int64_t year, std::int64_t month, std::int64_t day) {
  constexpr int kYearOfTm = 1900;
  std::tm date{};
  date.tm_year = static_cast<int>(year) - kYearOfTm;
  date.tm_mon = static_cast<int>(month) - 1;
  date.tm_mday = static_cast<int>(day);
  return date;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads a line from left to right. Each function consumes what it is named after, or nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool Char(char c) {
    if (Peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void Blanks() {
    while (Peek() == ' ') rest_.remove_prefix(1);
  }

  /// Takes a number with `least` to `most` digits.
  std::optional<std::int64_t> Number(std::size_t least, std::size_t most) {
    std::size_t digits = 0;
    while (digits < rest_.size() && digits <= most && IsDigit(rest_[digits])) ++digits;
    if (digits < least || digits > most) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, number);
    rest_.remove_prefix(digits);
    return number;
  }

  template <std::size_t kCount>
  std::optional<int> OneOf(const std::array<std::string_view, kCount>& words) {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (rest_.substr(0, words[i].size()) != words[i]) continue;
      rest_.remove_prefix(words[i].size());
      return static_cast<int>(i);
    }
    return std::nullopt;
  }

  std::string_view Until(char c) {
    const std::string_view taken = rest_.substr(0, rest_.find(c));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// Takes ".123" or ",123456" and returns microseconds. If there is no fraction, returns 0 and
  /// leaves `resolution_us` unchanged.
  std::int64_t Fraction(std::int64_t& resolution_us) {
    if ((Peek() != '.' && Peek() != ',') || rest_.size() < 2 || !IsDigit(rest_[1])) return 0;
    rest_.remove_prefix(1);
    std::int64_t us = 0;
    std::int64_t unit = kSecond;
    for (; IsDigit(Peek()); rest_.remove_prefix(1)) {
      constexpr std::int64_t kBase = 10;
      unit /= kBase;
      us += unit * (Peek() - '0');
    }
    resolution_us = unit > 0 ? unit : 1;
    return us;
  }

 private:
  std::string_view rest_;
};

enum class Found { kNo, kYes, kImpossible };

/// Takes "06:17:50[.123456]" and adds it to `stamp.us`.
Found TakeTime(Scanner& scanner, Stamp& stamp) {
  const auto hour = scanner.Number(2, 2);
  if (!hour || !scanner.Char(':')) return Found::kNo;
  const auto minute = scanner.Number(2, 2);
  if (!minute || !scanner.Char(':')) return Found::kNo;
  const auto second = scanner.Number(2, 2);
  if (!second) return Found::kNo;
  stamp.resolution_us = kSecond;
  const std::int64_t fraction = scanner.Fraction(stamp.resolution_us);
  constexpr int kLastHour = 23;
  constexpr int kLastMinute = 59;
  constexpr int kLeapSecond = 60;
  if (*hour > kLastHour || *minute > kLastMinute || *second > kLeapSecond) {
    return Found::kImpossible;
  }
  stamp.us += *hour * kHour + *minute * kMinute + *second * kSecond + fraction;
  return Found::kYes;
}

/// Takes "Z", "+0200" or "+02:00".
void TakeOffset(Scanner& scanner, Stamp& stamp) {
  if (scanner.Char('Z')) {
    stamp.utc_offset_minutes = 0;
    return;
  }
  Scanner trial = scanner;
  const bool west = trial.Peek() == '-';
  if (!trial.Char('+') && !trial.Char('-')) return;
  const auto hours = trial.Number(2, 2);
  if (hours) trial.Char(':');
  const auto both = hours ? std::nullopt : trial.Number(4, 4);
  const auto minutes = hours ? trial.Number(2, 2) : std::nullopt;
  constexpr int kPerHour = 60;
  constexpr int kHundred = 100;
  int offset = 0;
  if (hours && minutes) {
    offset = static_cast<int>(*hours * kPerHour + *minutes);
  } else if (both) {
    offset = static_cast<int>(*both / kHundred * kPerHour + *both % kHundred);
  } else {
    return;
  }
  stamp.utc_offset_minutes = west ? -offset : offset;
  scanner = trial;
}

/// Takes "2026-05-20T06:17:50.123456+02:00", "2026-05-20 06:17:50".
Found TakeIsoDate(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  const auto year = trial.Number(4, 4);
  if (!year || !trial.Char('-')) return Found::kNo;
  const auto month = trial.Number(2, 2);
  if (!month || !trial.Char('-')) return Found::kNo;
  const auto day = trial.Number(2, 2);
  if (!day || (!trial.Char('T') && !trial.Char(' '))) return Found::kNo;
  stamp = Stamp();
  const Found time = TakeTime(trial, stamp);
  if (time != Found::kYes) return time;
  if (!IsDate(*year, *month, *day)) return Found::kImpossible;
  stamp.us += DateUs(*year, *month, *day);
  TakeOffset(trial, stamp);
  scanner = trial;
  return Found::kYes;
}

/// Takes the name of a month, in any language, and the blanks after it. Some have three words.
std::optional<MonthName> TakeMonth(Scanner& scanner) {
  constexpr int kMostWords = 3;
  const std::string_view text = scanner.rest();
  std::size_t end = text.find(' ');
  for (int words = 1; words <= kMostWords && end != std::string_view::npos; ++words) {
    // A day or a time follows: most lines need no look-up.
    const std::size_t next = text.find_first_not_of(' ', end);
    const bool may_be = next != std::string_view::npos && IsDigit(text[next]);
    if (const auto month = may_be ? FindMonth(text.substr(0, end)) : std::nullopt) {
      scanner = Scanner(text.substr(next));
      return month;
    }
    end = text.find(' ', end + 1);
  }
  return std::nullopt;
}

/// Takes "May 20 06:17:50" or "20 May [2022] 06:17:50"; `with_year` "May 20 06:17:50 2022" as dmesg
/// -T and ctime(3) print it.
Found TakeMonthDate(Scanner& scanner, Stamp& stamp, bool with_year) {
  Scanner trial = scanner;
  constexpr int kSomeLeapYear = 2000;
  std::optional<std::int64_t> year;
  std::optional<std::int64_t> day;
  auto month = TakeMonth(trial);
  if (month) {
    day = trial.Number(1, 2);
    if (!day || trial.Peek() != ' ') return Found::kNo;
  } else {
    day = trial.Number(1, 2);
    if (!day || (!trial.Char(' ') && !(trial.Char('.') && trial.Char(' ')))) return Found::kNo;
    month = TakeMonth(trial);
    if (!month) return Found::kNo;
    year = trial.Number(4, 4);
  }
  trial.Blanks();
  stamp = Stamp();
  const Found time = TakeTime(trial, stamp);
  if (time != Found::kYes) return time;
  if (with_year && !year) {
    trial.Blanks();
    year = trial.Number(4, 4);
    if (!year) return Found::kNo;
  }
  if (!IsDate(year.value_or(kSomeLeapYear), month->month, *day)) return Found::kImpossible;
  stamp.ambiguous_month = month->is_ambiguous;
  if (year) {
    stamp.us += DateUs(*year, month->month, *day);
  } else {
    stamp.kind = Stamp::Kind::kNoYear;
    stamp.month = month->month;
    stamp.day = static_cast<int>(*day);
  }
  scanner = trial;
  return Found::kYes;
}

/// Takes "1652984270.123456", journalctl's short-unix.
Found TakeUnixTime(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  const auto seconds = trial.Number(9, 10);
  if (!seconds || trial.Peek() != '.') return Found::kNo;
  stamp = Stamp();
  stamp.us = *seconds * kSecond + trial.Fraction(stamp.resolution_us);
  stamp.utc_offset_minutes = 0;
  if (trial.Peek() != ' ') return Found::kNo;
  scanner = trial;
  return Found::kYes;
}

/// Takes "24813.628263", libmultipath's own stamp, before " | ".
Found TakeLibmultipathTime(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  constexpr std::size_t kMostDigits = 9;
  const auto seconds = trial.Number(1, kMostDigits);
  if (!seconds || trial.Peek() != '.') return Found::kNo;
  stamp = Stamp();
  stamp.kind = Stamp::Kind::kSinceBoot;
  stamp.us = *seconds * kSecond + trial.Fraction(stamp.resolution_us);
  if (trial.rest().substr(0, 3) != " | ") return Found::kNo;
  scanner = trial;
  return Found::kYes;
}

/// Skips " <    0.000012>", the time since the line before (dmesg -d, journalctl's short-delta).
void SkipDelta(Scanner& scanner) {
  Scanner trial = scanner;
  trial.Blanks();
  if (!trial.Char('<')) return;
  trial.Until('>');
  if (trial.Char('>')) scanner = trial;
}

/// Skips "[ T1234]", the thread or CPU that printed a kernel line (CONFIG_PRINTK_CALLER).
void SkipCaller(Scanner& scanner) {
  Scanner trial = scanner;
  if (!trial.Char('[')) return;
  trial.Blanks();
  if (!trial.Char('T') && !trial.Char('C')) return;
  constexpr std::size_t kMostDigits = 9;
  if (!trial.Number(1, kMostDigits) || !trial.Char(']')) return;
  trial.Char(' ');
  scanner = trial;
}

/// Takes "[   12.345678] ".
Found TakeSinceBoot(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  if (!trial.Char('[')) return Found::kNo;
  trial.Blanks();
  constexpr std::size_t kMostDigits = 9;
  const auto seconds = trial.Number(1, kMostDigits);
  if (!seconds || trial.Peek() != '.') return Found::kNo;
  stamp = Stamp();
  stamp.kind = Stamp::Kind::kSinceBoot;
  stamp.us = *seconds * kSecond + trial.Fraction(stamp.resolution_us);
  SkipDelta(trial);
  if (!trial.Char(']')) return Found::kNo;
  trial.Char(' ');
  SkipCaller(trial);
  scanner = trial;
  return Found::kYes;
}

/// Takes "[Fri May 20 06:17:50 2022] ".
Found TakeCtime(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  if (!trial.Char('[')) return Found::kNo;
  if (!trial.OneOf(kWeekdays)) trial.Until(' ');  // in another language
  trial.Blanks();
  const Found date = TakeMonthDate(trial, stamp, true);
  if (date != Found::kYes) return date;
  if (!trial.Char(']')) return Found::kNo;
  trial.Char(' ');
  scanner = trial;
  return Found::kYes;
}

/// Skips dmesg's "<6>" (-r) or "kern  :info  : " (-x).
void SkipLevel(Scanner& scanner) {
  Scanner trial = scanner;
  if (trial.Char('<')) {
    constexpr std::size_t kMostDigits = 3;
    if (trial.Number(1, kMostDigits) && trial.Char('>')) scanner = trial;
    return;
  }
  if (trial.rest().substr(0, 4) != "kern") return;
  for (int i = 0; i < 2; ++i) {
    trial.Until(':');
    if (!trial.Char(':')) return;
  }
  trial.Blanks();
  if (trial.Peek() == '[') scanner = trial;
}

/// Takes "PROGRAM[PID]: " or "PROGRAM: ".
bool TakeProgram(Scanner& scanner, std::string_view& program) {
  const std::string_view text = scanner.rest();
  std::size_t end = 0;
  while (end < text.size() && text[end] != '[' && text[end] != ':' && text[end] != ' ') ++end;
  if (end == 0 || end == text.size() || text[end] == ' ') return false;
  program = text.substr(0, end);
  if (program.find_first_not_of("0123456789") == std::string_view::npos) return false;
  std::size_t colon = end;
  if (text[end] == '[') {
    colon = text.find(']', end);
    if (colon == std::string_view::npos) return false;
    ++colon;
  }
  if (colon >= text.size() || text[colon] != ':') return false;
  Scanner rest(text.substr(colon + 1));
  rest.Char(' ');
  scanner = rest;
  return true;
}

/// Takes "HOST PROGRAM[PID]: MESSAGE", or with --no-hostname without the host.
bool TakeHostAndProgram(Scanner& scanner, LogEntry& entry) {
  scanner.Blanks();
  Scanner trial = scanner;
  const std::string_view host = trial.Until(' ');
  if (!host.empty() && host.back() == ':') return TakeProgram(scanner, entry.program);
  trial.Blanks();
  if (!TakeProgram(trial, entry.program)) return false;
  scanner = trial;
  return true;
}

bool TakeWord(Scanner& scanner, std::string_view word) {
  if (scanner.rest().substr(0, word.size()) != word) return false;
  scanner = Scanner(scanner.rest().substr(word.size()));
  return true;
}

/// Takes ": 1234: error : qemuProcess:123 : MESSAGE", what libvirtd writes itself, or ": MESSAGE",
/// as in the log files of its domains.
bool TakeLibvirt(Scanner& scanner, LogEntry& entry) {
  Scanner trial = scanner;
  if (!entry.stamp.utc_offset_minutes || !trial.Char(':') || !trial.Char(' ')) return false;
  constexpr std::size_t kMostDigits = 10;
  entry.program = "qemu";
  Scanner thread = trial;
  if (thread.Number(1, kMostDigits) && thread.Char(':') && thread.Char(' ')) {
    entry.program = "libvirtd";
    trial = thread;
  }
  entry.message = trial.rest();
  return true;
}

/// Takes "stdout F MESSAGE", the log of a container runtime (CRI).
bool TakeContainer(Scanner& scanner, LogEntry& entry) {
  Scanner trial = scanner;
  if (!TakeWord(trial, "stdout ") && !TakeWord(trial, "stderr ")) return false;
  const bool is_full = TakeWord(trial, "F ");
  if (!is_full && !TakeWord(trial, "P ")) return false;
  entry.program = "container";
  entry.message = trial.rest();
  entry.continues = !is_full;
  return true;
}

/// journalctl's short-monotonic prints host and program, dmesg does not, and its "sd 3:0:1:0: "
/// must not be mistaken for them.
bool TakeProgramOfKernelLog(Scanner& scanner, LogEntry& entry) {
  Scanner trial = scanner;
  LogEntry found;
  if (!TakeHostAndProgram(trial, found)) return false;
  if (found.program != "kernel" && *(found.program.data() + found.program.size()) != '[') {
    return false;
  }
  entry.program = found.program;
  entry.message = trial.rest();
  return true;
}

void TakeKernelLog(Scanner& scanner, LogEntry& entry) {
  if (TakeProgramOfKernelLog(scanner, entry)) return;
  entry.program = "kernel";
  entry.message = scanner.rest();
}

/// Parses a line that begins with a stamp. `zone`: a word follows the stamp, "UTC", "CEST" or
/// "+03".
ParsedLine ParseFromStamp(std::string_view line, bool zone) {
  using Kind = ParsedLine::Kind;
  ParsedLine parsed;
  LogEntry& entry = parsed.entry;
  Scanner scanner(line);
  SkipLevel(scanner);
  if (scanner.Peek() == '[') {
    Found found = TakeSinceBoot(scanner, entry.stamp);
    if (found == Found::kNo) found = TakeCtime(scanner, entry.stamp);
    if (found == Found::kImpossible) parsed.kind = Kind::kImpossibleStamp;
    if (found != Found::kYes) return parsed;
    parsed.kind = Kind::kEntry;
    TakeKernelLog(scanner, entry);
    return parsed;
  }
  if (scanner.OneOf(kWeekdays)) {
    scanner.Blanks();
    zone = true;
  }
  const std::string_view from_stamp = scanner.rest();
  Found found = Found::kNo;
  for (const auto take : {TakeIsoDate, TakeLibmultipathTime, TakeUnixTime}) {
    if (found == Found::kNo) found = take(scanner, entry.stamp);
  }
  if (found == Found::kNo) found = TakeMonthDate(scanner, entry.stamp, false);
  if (found == Found::kImpossible) parsed.kind = Kind::kImpossibleStamp;
  if (found != Found::kYes) return parsed;
  if (zone) {
    scanner.Blanks();
    scanner.Until(' ');
  }
  parsed.kind = Kind::kEntry;
  if (TakeLibvirt(scanner, entry)) return parsed;
  parsed.kind = Kind::kNoProgram;
  const std::string_view stamp = from_stamp.substr(0, from_stamp.size() - scanner.rest().size());
  if (!scanner.Char(' ')) return parsed;
  scanner.Blanks();
  parsed.kind = Kind::kEntry;
  if (TakeWord(scanner, "| ")) {
    entry.program = "multipathd";
    entry.message = scanner.rest();
  } else if (TakeContainer(scanner, entry)) {
    return parsed;
  } else if (stamp.find(',') != std::string_view::npos) {
    TakeKernelLog(scanner, entry);  // dmesg --time-format iso
  } else if (TakeHostAndProgram(scanner, entry)) {
    entry.message = scanner.rest();
  } else {
    parsed.kind = Kind::kNoProgram;
    entry.message = scanner.rest();
  }
  return parsed;
}

/// Parses a line after what a tool printed before its stamp: a word with a colon or a blank after
/// it, "messages:12:", "multipathd-1  | ", "  12 ", "ven. ".
ParsedLine ParseAfterPrefix(std::string_view line) {
  constexpr std::size_t kLongest = 256;
  const std::size_t end = line.find_first_of(" \t");
  if (end == 0 || end > kLongest) return {};
  for (std::size_t colon = line.find(':'); colon < end; colon = line.find(':', colon + 1)) {
    const ParsedLine parsed = ParseFromStamp(line.substr(colon + 1), false);
    if (parsed.kind == ParsedLine::Kind::kEntry) return parsed;
  }
  Scanner scanner(line.substr(std::min(line.find_first_not_of(" \t", end), line.size())));
  TakeWord(scanner, "| ");
  for (const bool zone : {false, true}) {
    const ParsedLine parsed = ParseFromStamp(scanner.rest(), zone);
    if (parsed.kind == ParsedLine::Kind::kEntry) return parsed;
  }
  return {};
}

/// Removes libmultipath's own stamp from a message that journald or syslog stamped again.
void RemoveSecondStamp(LogEntry& entry) {
  constexpr std::size_t kLongestStamp = 32;
  if (entry.message.substr(0, kLongestStamp).find(" | ") == std::string_view::npos) return;
  const ParsedLine inner = ParseFromStamp(entry.message, false);
  if (inner.kind == ParsedLine::Kind::kEntry && inner.entry.program == "multipathd") {
    entry.message = inner.entry.message;
  }
}

}  // namespace

bool IsDate(std::int64_t year, std::int64_t month, std::int64_t day) {
  std::tm date = Date(year, month, day);
  ::timegm(&date);  // changes what is out of range
  return date.tm_mon == month - 1 && date.tm_mday == day;
}

std::int64_t DateUs(std::int64_t year, std::int64_t month, std::int64_t day) {
  std::tm date = Date(year, month, day);
  return static_cast<std::int64_t>(::timegm(&date)) * kSecond;
}

std::optional<std::int64_t> TakeBootStamp(std::string_view& message) {
  Scanner scanner(message);
  Stamp stamp;
  if (TakeSinceBoot(scanner, stamp) != Found::kYes) return std::nullopt;
  message = scanner.rest();
  return stamp.us;
}

std::optional<Stamp> ParseIsoStamp(std::string_view text) {
  Scanner scanner(text);
  Stamp stamp;
  if (TakeIsoDate(scanner, stamp) != Found::kYes || !scanner.rest().empty()) return std::nullopt;
  return stamp;
}

void FindProgramInOutput(LogEntry& entry) {
  const ParsedLine inner = ParseFromStamp(entry.message, false);
  if (inner.kind == ParsedLine::Kind::kEntry) {
    entry.program = inner.entry.program;
    entry.message = inner.entry.message;
    return;
  }
  const multipath::LogLine line = multipath::ParseLogLine(std::string(entry.message));
  const bool is_known = !std::holds_alternative<multipath::Unrecognised>(line);
  entry.program = is_known ? "multipathd" : "container";
}

ParsedLine ParseLogEntry(std::string_view line) {
  using Kind = ParsedLine::Kind;
  ParsedLine parsed = ParseFromStamp(line, false);
  if (parsed.kind == Kind::kNoStamp) parsed = ParseAfterPrefix(line);
  if (parsed.kind == Kind::kNoProgram && !parsed.entry.message.empty()) {
    FindProgramInOutput(parsed.entry);
    if (parsed.entry.program != "container") parsed.kind = Kind::kEntry;
  }
  // Of a container's output, the parts come first.
  const bool is_output = parsed.entry.program == "container";
  if (parsed.kind == Kind::kEntry && !is_output) RemoveSecondStamp(parsed.entry);
  return parsed;
}

}  // namespace dualpath::timeline
