#include "helpers/timeline/log_entry.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <ctime>

namespace dualpath::timeline {
namespace {

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
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

/// Takes "May 20 06:17:50", `with_year` "May 20 06:17:50 2022" as dmesg -T and ctime(3) print it.
Found TakeMonthDate(Scanner& scanner, Stamp& stamp, bool with_year) {
  Scanner trial = scanner;
  const auto month = trial.OneOf(kMonths);
  if (!month || trial.Peek() != ' ') return Found::kNo;
  trial.Blanks();
  const auto day = trial.Number(1, 2);
  if (!day || !trial.Char(' ')) return Found::kNo;
  trial.Blanks();
  stamp = Stamp();
  const Found time = TakeTime(trial, stamp);
  if (time != Found::kYes) return time;
  constexpr int kSomeLeapYear = 2000;
  std::int64_t year = kSomeLeapYear;
  if (with_year) {
    trial.Blanks();
    const auto number = trial.Number(4, 4);
    if (!number) return Found::kNo;
    year = *number;
  }
  if (!IsDate(year, *month + 1, *day)) return Found::kImpossible;
  if (with_year) {
    stamp.us += DateUs(year, *month + 1, *day);
  } else {
    stamp.kind = Stamp::Kind::kNoYear;
    stamp.month = *month + 1;
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
  if (!trial.Char(']')) return Found::kNo;
  trial.Char(' ');
  scanner = trial;
  return Found::kYes;
}

/// Takes "[Fri May 20 06:17:50 2022] ".
Found TakeCtime(Scanner& scanner, Stamp& stamp) {
  Scanner trial = scanner;
  if (!trial.Char('[') || !trial.OneOf(kWeekdays)) return Found::kNo;
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

ParsedLine ParseLogEntry(std::string_view line) {
  using Kind = ParsedLine::Kind;
  ParsedLine parsed;
  LogEntry& entry = parsed.entry;
  Scanner scanner(line);
  SkipLevel(scanner);

  // The kernel's own log: no host, no program.
  if (scanner.Peek() == '[') {
    Found found = TakeSinceBoot(scanner, entry.stamp);
    if (found == Found::kNo) found = TakeCtime(scanner, entry.stamp);
    if (found != Found::kYes) {
      if (found == Found::kImpossible) parsed.kind = Kind::kImpossibleStamp;
      return parsed;
    }
    parsed.kind = Kind::kEntry;
    // journalctl's short-monotonic prints host and program. dmesg's "sd 3:0:1:0: " must not be
    // mistaken for them.
    Scanner trial = scanner;
    LogEntry with_program;
    if (TakeHostAndProgram(trial, with_program) &&
        (with_program.program == "kernel" ||
         *(with_program.program.data() + with_program.program.size()) == '[')) {
      entry.program = with_program.program;
      entry.message = trial.rest();
      return parsed;
    }
    entry.program = "kernel";
    entry.message = scanner.rest();
    return parsed;
  }

  const bool has_weekday = scanner.OneOf(kWeekdays).has_value();
  if (has_weekday) scanner.Blanks();
  Found found = TakeMonthDate(scanner, entry.stamp, false);
  if (found == Found::kNo) found = TakeIsoDate(scanner, entry.stamp);
  if (found == Found::kNo) found = TakeUnixTime(scanner, entry.stamp);
  if (found != Found::kYes) {
    if (found == Found::kImpossible) parsed.kind = Kind::kImpossibleStamp;
    return parsed;
  }
  if (has_weekday) {
    // short-full: "UTC", "CEST" or "+03".
    scanner.Blanks();
    scanner.Until(' ');
  }
  parsed.kind = Kind::kNoProgram;
  if (scanner.Peek() != ' ') return parsed;
  scanner.Blanks();
  if (scanner.rest().substr(0, 2) == "| ") {
    entry.program = "multipathd";
    entry.message = scanner.rest().substr(2);
  } else if (TakeHostAndProgram(scanner, entry)) {
    entry.message = scanner.rest();
  } else {
    return parsed;
  }
  parsed.kind = Kind::kEntry;
  return parsed;
}

}  // namespace dualpath::timeline
