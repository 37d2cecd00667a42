// The lossless ring of engine/mailbox/ in C++: the same layout, the same protocol, the same content, batches and
// waiting as engine/bench/ring-threads.ts has. What JavaScript is measured against.
//
//   ring RECORDS   ->   milliseconds, and what the reader added up
//
// HEAD and TAIL are stored sequentially consistent, as the protocol of the bells asks for: the look at who sleeps must
// not pass the store (engine/mailbox/doorbell.ts). With -DWITHOUT_BELLS they are only released, which is enough for
// readers that never sleep, and which JavaScript has no word for. CLAIM and ACTIVE are sequentially consistent always.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
static void pause_core() { _mm_pause(); }
#elif defined(__aarch64__)
static void pause_core() { asm volatile("yield"); }
#else
static void pause_core() {}
#endif

using Word = std::atomic<int32_t>;

#ifdef WITHOUT_BELLS
constexpr auto SHOW = std::memory_order_release;
#else
constexpr auto SHOW = std::memory_order_seq_cst;
#endif

constexpr int32_t CAPACITY = 8192;
constexpr int32_t BATCH = 32;
constexpr int32_t TAKE_MAX = 256;
constexpr int32_t READERS = 1;

struct alignas(64) Record {
  double fields[6];
  int32_t ints[4];
};

struct alignas(128) ReaderLines {
  Word tail{0};
  Word lost{0};
  Word fence{0};
  alignas(128) Word active{0};
};

struct Control {
  alignas(128) Word head{0};
  alignas(128) Word claim{CAPACITY};
  ReaderLines readers[READERS];
};

struct Ring {
  Control control;
  Record records[CAPACITY];
};

// Sequences wrap: they are counted without a sign, and compared by the sign of their difference.
static int32_t plus(int32_t a, int32_t b) { return int32_t(uint32_t(a) + uint32_t(b)); }
static int32_t minus(int32_t a, int32_t b) { return int32_t(uint32_t(a) - uint32_t(b)); }

class Patience {
  int looks = 0;

 public:
  void rest() {
    if (++looks < 1000) pause_core();
    else std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  void found() { looks = 0; }
};

class Writer {
  Ring& ring;
  int32_t published = 0;
  int32_t next = 0;
  int32_t limit = CAPACITY;

  int32_t slowest() const {
    int32_t slowest = published;
    for (auto& reader : ring.control.readers) {
      if (reader.active.load() == 0) continue;
      int32_t tail = reader.tail.load(std::memory_order_acquire);
      if (minus(tail, slowest) < 0) slowest = tail;
    }
    return slowest;
  }

  bool extend() {
    int32_t before = limit;
    int32_t hoped = plus(slowest(), CAPACITY);
    if (minus(hoped, before) > 0) {
      ring.control.claim.exchange(hoped);
      int32_t sure = plus(slowest(), CAPACITY);
      limit = minus(sure, hoped) >= 0 ? hoped : minus(sure, before) > 0 ? sure : before;
      if (limit != hoped) ring.control.claim.exchange(limit);
    }
    return minus(limit, next) > 0;
  }

 public:
  explicit Writer(Ring& ring) : ring(ring) {}

  Record* claim() {
    int32_t sequence = next;
    if (minus(limit, sequence) <= 0 && !extend()) return nullptr;
    next = plus(sequence, 1);
    return &ring.records[sequence & (CAPACITY - 1)];
  }

  void publish() {
    if (published == next) return;
    published = next;
    ring.control.head.store(next, SHOW);
  }
};

class Reader {
  Ring& ring;
  ReaderLines& lines;
  int32_t position = 0;
  int32_t released = 0;

 public:
  Reader(Ring& ring, int r) : ring(ring), lines(ring.control.readers[r]) {}

  template <typename Handle>
  int32_t read(int32_t max, Handle handle) {
    int32_t head = ring.control.head.load(std::memory_order_acquire);
    int32_t count = std::max(0, std::min(minus(head, position), max));
    for (int32_t i = 0; i < count; i++) {
      int32_t sequence = position;
      position = plus(sequence, 1);
      handle(ring.records[sequence & (CAPACITY - 1)]);
    }
    return count;
  }

  void release_read() {
    if (released == position) return;
    released = position;
    lines.tail.store(position, SHOW);
  }
};

static void write(Ring& ring, int32_t records) {
  Writer writer(ring);
  Patience patience;
  for (int32_t n = 0; n < records;) {
    Record* record = writer.claim();
    if (!record) {
      writer.publish();
      patience.rest();
      continue;
    }
    for (int32_t k = 0; k < 6; k++) record->fields[k] = n + k;
    for (int32_t k = 0; k < 4; k++) record->ints[k] = n + k;
    if (++n % BATCH != 0) continue;
    writer.publish();
    patience.found();
  }
  writer.publish();
}

static double read(Ring& ring, int32_t records) {
  Reader reader(ring, 0);
  Patience patience;
  double sum = 0;
  for (int32_t taken = 0; taken < records;) {
    int32_t count = reader.read(TAKE_MAX, [&sum](const Record& record) {
      double one = 0;
      for (double field : record.fields) one += field;
      for (int32_t whole : record.ints) one += whole;
      sum += one;
    });
    if (count == 0) {
      patience.rest();
      continue;
    }
    patience.found();
    taken += count;
    reader.release_read();
  }
  return sum;
}

int main(int, char** arguments) {
  const int32_t records = std::atoi(arguments[1]);
  auto ring = std::make_unique<Ring>();
  ring->control.readers[0].active.store(1);
  std::atomic<int> ready{0};
  std::atomic<bool> begin{false};
  double sum = 0;
  auto start = [&] {
    ready++;
    while (!begin.load()) std::this_thread::yield();
  };
  std::thread writing([&] { start(); write(*ring, records); });
  std::thread reading([&] { start(); sum = read(*ring, records); });
  while (ready.load() < 2) std::this_thread::yield();
  auto from = std::chrono::steady_clock::now();
  begin.store(true);
  writing.join();
  reading.join();
  auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from);
  std::printf("%.3f %.0f\n", took.count(), sum);
}
