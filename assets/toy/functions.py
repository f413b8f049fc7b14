"""A hundred small Python functions, written by hand for Spark: clean, short, and each one checked by its own examples."""

import math
import random
import re
import string
import time
from collections import Counter
from datetime import date
from pathlib import Path


def add(a, b):
    """Return the sum of two numbers.

    >>> add(2, 3)
    5
    """
    return a + b


def subtract(a, b):
    """Return the difference of two numbers.

    >>> subtract(5, 3)
    2
    """
    return a - b


def multiply(a, b):
    """Return the product of two numbers.

    >>> multiply(4, 3)
    12
    """
    return a * b


def divide(a, b):
    """Divide one number by another and raise an error for zero.

    >>> divide(6, 3)
    2.0
    """
    if b == 0:
        raise ValueError("cannot divide by zero")
    return a / b


def is_even(n):
    """Return True if a number is even.

    >>> is_even(4)
    True
    """
    return n % 2 == 0


def is_odd(n):
    """Return True if a number is odd.

    >>> is_odd(4)
    False
    """
    return n % 2 == 1


def square(n):
    """Return the square of a number.

    >>> square(5)
    25
    """
    return n * n


def absolute(n):
    """Return the absolute value of a number.

    >>> absolute(-3)
    3
    """
    return -n if n < 0 else n


def factorial(n):
    """Return the factorial of a number.

    >>> factorial(5)
    120
    """
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def fibonacci(n):
    """Return the nth Fibonacci number.

    >>> fibonacci(10)
    55
    """
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def is_prime(n):
    """Return True if a number is prime.

    >>> is_prime(13)
    True
    """
    if n < 2:
        return False
    for i in range(2, int(n ** 0.5) + 1):
        if n % i == 0:
            return False
    return True


def primes_up_to(limit):
    """Return all prime numbers up to a limit.

    >>> primes_up_to(11)
    [2, 3, 5, 7, 11]
    """
    sieve = [True] * (limit + 1)
    primes = []
    for n in range(2, limit + 1):
        if sieve[n]:
            primes.append(n)
            for multiple in range(n * n, limit + 1, n):
                sieve[multiple] = False
    return primes


def gcd(a, b):
    """Return the greatest common divisor of two numbers.

    >>> gcd(12, 18)
    6
    """
    while b:
        a, b = b, a % b
    return a


def lcm(a, b):
    """Return the least common multiple of two numbers.

    >>> lcm(4, 6)
    12
    """
    return a * b // math.gcd(a, b)


def power(base, exponent):
    """Raise a number to a power.

    >>> power(2, 10)
    1024
    """
    return base ** exponent


def clamp(value, low, high):
    """Limit a value to a range.

    >>> clamp(12, 0, 10)
    10
    """
    return max(low, min(value, high))


def mean(numbers):
    """Return the mean of a list of numbers.

    >>> mean([1, 2, 3])
    2.0
    """
    return sum(numbers) / len(numbers)


def median(numbers):
    """Return the median of a list of numbers.

    >>> median([5, 1, 3])
    3
    """
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def mode(values):
    """Return the most common value in a list.

    >>> mode([1, 2, 2, 3])
    2
    """
    return Counter(values).most_common(1)[0][0]


def variance(numbers):
    """Return the variance of a list of numbers.

    >>> variance([1, 3])
    1.0
    """
    average = sum(numbers) / len(numbers)
    return sum((x - average) ** 2 for x in numbers) / len(numbers)


def standard_deviation(numbers):
    """Return the standard deviation of a list of numbers.

    >>> standard_deviation([1, 3])
    1.0
    """
    average = sum(numbers) / len(numbers)
    return (sum((x - average) ** 2 for x in numbers) / len(numbers)) ** 0.5


def total(numbers):
    """Add up all numbers in a list.

    >>> total([1, 2, 3])
    6
    """
    result = 0
    for number in numbers:
        result += number
    return result


def product(numbers):
    """Multiply all numbers in a list.

    >>> product([2, 3, 4])
    24
    """
    result = 1
    for number in numbers:
        result *= number
    return result


def largest(numbers):
    """Return the largest number in a list.

    >>> largest([3, 9, 4])
    9
    """
    best = numbers[0]
    for number in numbers:
        if number > best:
            best = number
    return best


def smallest(numbers):
    """Return the smallest number in a list.

    >>> smallest([3, 9, 4])
    3
    """
    best = numbers[0]
    for number in numbers:
        if number < best:
            best = number
    return best


def second_largest(numbers):
    """Return the second largest number in a list.

    >>> second_largest([3, 9, 4])
    4
    """
    return sorted(set(numbers))[-2]


def even_numbers(numbers):
    """Return only the even numbers of a list.

    >>> even_numbers([1, 2, 3, 4])
    [2, 4]
    """
    return [n for n in numbers if n % 2 == 0]



def running_total(numbers):
    """Return the running total of a list of numbers.

    >>> running_total([1, 2, 3])
    [1, 3, 6]
    """
    total = 0
    totals = []
    for number in numbers:
        total += number
        totals.append(total)
    return totals


def dot_product(a, b):
    """Return the dot product of two lists of numbers.

    >>> dot_product([1, 2], [3, 4])
    11
    """
    return sum(x * y for x, y in zip(a, b))


def distance(x1, y1, x2, y2):
    """Return the distance between two points.

    >>> distance(0, 0, 3, 4)
    5.0
    """
    return math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)


def circle_area(radius):
    """Return the area of a circle.

    >>> circle_area(0)
    0.0
    """
    return math.pi * radius ** 2


def rectangle_area(width, height):
    """Return the area of a rectangle.

    >>> rectangle_area(3, 4)
    12
    """
    return width * height


def celsius_to_fahrenheit(celsius):
    """Convert a temperature from Celsius to Fahrenheit.

    >>> celsius_to_fahrenheit(100)
    212.0
    """
    return celsius * 9 / 5 + 32


def fahrenheit_to_celsius(fahrenheit):
    """Convert a temperature from Fahrenheit to Celsius.

    >>> fahrenheit_to_celsius(212)
    100.0
    """
    return (fahrenheit - 32) * 5 / 9


def percentage(part, whole):
    """Return what percentage one number is of another.

    >>> percentage(1, 4)
    25.0
    """
    return 100 * part / whole


def compound_interest(principal, rate, years):
    """Return the value of money after some years of compound interest.

    >>> compound_interest(100, 0.5, 2)
    225.0
    """
    return principal * (1 + rate) ** years


def digit_sum(n):
    """Return the sum of the digits of a number.

    >>> digit_sum(123)
    6
    """
    return sum(int(digit) for digit in str(abs(n)))


def count_digits(n):
    """Count the digits of a number.

    >>> count_digits(1234)
    4
    """
    return len(str(abs(n)))


def reverse_number(n):
    """Reverse the digits of a number.

    >>> reverse_number(123)
    321
    """
    return int(str(n)[::-1])


def to_binary(n):
    """Convert a number to a binary string.

    >>> to_binary(5)
    '101'
    """
    return bin(n)[2:]


def from_binary(text):
    """Convert a binary string to a number.

    >>> from_binary('101')
    5
    """
    return int(text, 2)


def is_leap_year(year):
    """Return True if a year is a leap year.

    >>> is_leap_year(2000)
    True
    """
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def fizzbuzz(n):
    """Print the numbers from 1 to n, with Fizz for multiples of 3 and Buzz for multiples of 5.

    >>> fizzbuzz(3)
    1
    2
    Fizz
    """
    for i in range(1, n + 1):
        if i % 15 == 0:
            print("FizzBuzz")
        elif i % 3 == 0:
            print("Fizz")
        elif i % 5 == 0:
            print("Buzz")
        else:
            print(i)


def countdown(n):
    """Print a countdown from n to 1.

    >>> countdown(2)
    2
    1
    """
    while n > 0:
        print(n)
        n -= 1


def multiplication_table(n):
    """Return the multiplication table of a number up to ten times.

    >>> multiplication_table(0)[:2]
    [0, 0]
    """
    return [n * i for i in range(1, 11)]


def reverse_string(text):
    """Reverse a string.

    >>> reverse_string('abc')
    'cba'
    """
    return text[::-1]


def is_palindrome(text):
    """Return True if a string is a palindrome.

    >>> is_palindrome('Level')
    True
    """
    text = text.lower()
    return text == text[::-1]


def count_vowels(text):
    """Count the vowels in a string.

    >>> count_vowels('banana')
    3
    """
    return sum(1 for letter in text.lower() if letter in "aeiou")


def count_words(text):
    """Count the words in a text.

    >>> count_words('one two three')
    3
    """
    return len(text.split())


def word_frequencies(text):
    """Count how often each word appears in a text.

    >>> word_frequencies('a b a')
    {'a': 2, 'b': 1}
    """
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def count_letters(text):
    """Count how often each letter appears in a string.

    >>> count_letters('aab')
    {'a': 2, 'b': 1}
    """
    counts = {}
    for letter in text:
        counts[letter] = counts.get(letter, 0) + 1
    return counts


def longest_word(text):
    """Return the longest word in a text.

    >>> longest_word('a long sentence')
    'sentence'
    """
    return max(text.split(), key=len)


def capitalize_words(text):
    """Capitalize every word in a text.

    >>> capitalize_words('hello big world')
    'Hello Big World'
    """
    return " ".join(word.capitalize() for word in text.split())


def remove_vowels(text):
    """Remove all vowels from a string.

    >>> remove_vowels('banana')
    'bnn'
    """
    return "".join(letter for letter in text if letter.lower() not in "aeiou")


def remove_punctuation(text):
    """Remove all punctuation from a string.

    >>> remove_punctuation('a, b.')
    'a b'
    """
    return "".join(letter for letter in text if letter not in string.punctuation)


def is_anagram(a, b):
    """Return True if two words are anagrams.

    >>> is_anagram('listen', 'silent')
    True
    """
    return sorted(a.lower()) == sorted(b.lower())


def truncate(text, length):
    """Shorten a text to a given length and add three dots.

    >>> truncate('hello world', 5)
    'hello...'
    """
    if len(text) <= length:
        return text
    return text[:length] + "..."


def repeat(text, times):
    """Repeat a string a number of times.

    >>> repeat('ab', 2)
    'abab'
    """
    return text * times


def caesar_cipher(text, shift):
    """Encrypt a text by shifting its letters.

    >>> caesar_cipher('abc', 1)
    'bcd'
    """
    result = ""
    for letter in text:
        if letter.isalpha():
            base = ord("a") if letter.islower() else ord("A")
            letter = chr((ord(letter) - base + shift) % 26 + base)
        result += letter
    return result


def snake_to_camel(name):
    """Convert a name from snake case to camel case.

    >>> snake_to_camel('read_file')
    'readFile'
    """
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def camel_to_snake(name):
    """Convert a name from camel case to snake case.

    >>> camel_to_snake('readFile')
    'read_file'
    """
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def find_numbers(text):
    """Find all numbers in a text.

    >>> find_numbers('1 or 22')
    [1, 22]
    """
    return [int(number) for number in re.findall(r"\d+", text)]


def is_email(text):
    """Return True if a text looks like an e-mail address.

    >>> is_email('ann@example.com')
    True
    """
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None


def initials(name):
    """Return the initials of a name.

    >>> initials('ada lovelace')
    'AL'
    """
    return "".join(part[0].upper() for part in name.split())


def greet(name):
    """Return a greeting for a name.

    >>> greet('Ann')
    'Hello, Ann!'
    """
    return f"Hello, {name}!"


def remove_duplicates(items):
    """Remove duplicates from a list and keep the order.

    >>> remove_duplicates([1, 2, 1])
    [1, 2]
    """
    return list(dict.fromkeys(items))


def reverse_list(items):
    """Return a reversed copy of a list.

    >>> reverse_list([1, 2, 3])
    [3, 2, 1]
    """
    return items[::-1]


def flatten(nested):
    """Flatten a list of lists.

    >>> flatten([[1], [2, 3]])
    [1, 2, 3]
    """
    return [item for inner in nested for item in inner]


def chunk(items, size):
    """Split a list into chunks of a given size.

    >>> chunk([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [items[i:i + size] for i in range(0, len(items), size)]


def rotate(items, n):
    """Rotate a list to the left by n places.

    >>> rotate([1, 2, 3], 1)
    [2, 3, 1]
    """
    return items[n:] + items[:n]


def intersection(a, b):
    """Return the items that two lists have in common.

    >>> intersection([1, 2], [2, 3])
    [2]
    """
    return [item for item in a if item in b]


def difference(a, b):
    """Return the items of one list that are not in another.

    >>> difference([1, 2], [2, 3])
    [1]
    """
    return [item for item in a if item not in b]


def has_duplicates(items):
    """Return True if a list contains duplicates.

    >>> has_duplicates([1, 2, 1])
    True
    """
    return len(items) != len(set(items))



def group_by_length(words):
    """Group words by their length.

    >>> group_by_length(['a', 'b', 'cd'])
    {1: ['a', 'b'], 2: ['cd']}
    """
    groups = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups


def last(items, default=None):
    """Return the last item of a list, or a default if it is empty.

    >>> last([1, 2])
    2
    """
    return items[-1] if items else default


def first(items, default=None):
    """Return the first item of a list, or a default if it is empty.

    >>> first([])
    """
    return items[0] if items else default


def index_of(items, wanted):
    """Return the index of an item in a list, or -1 if it is missing.

    >>> index_of(['a', 'b'], 'b')
    1
    """
    for index, item in enumerate(items):
        if item == wanted:
            return index
    return -1


def swap(items, i, j):
    """Swap two items of a list.

    >>> swap([1, 2], 0, 1)
    [2, 1]
    """
    items[i], items[j] = items[j], items[i]
    return items


def pairs(items):
    """Return all pairs of neighbouring items in a list.

    >>> pairs([1, 2, 3])
    [(1, 2), (2, 3)]
    """
    return list(zip(items, items[1:]))


def transpose(matrix):
    """Swap the rows and columns of a matrix.

    >>> transpose([[1, 2], [3, 4]])
    [[1, 3], [2, 4]]
    """
    return [list(row) for row in zip(*matrix)]


def matrix_multiply(a, b):
    """Multiply two matrices.

    >>> matrix_multiply([[1, 2]], [[3], [4]])
    [[11]]
    """
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def bubble_sort(items):
    """Sort a list with bubble sort.

    >>> bubble_sort([3, 1, 2])
    [1, 2, 3]
    """
    for end in range(len(items) - 1, 0, -1):
        for i in range(end):
            if items[i] > items[i + 1]:
                items[i], items[i + 1] = items[i + 1], items[i]
    return items


def quicksort(items):
    """Sort a list with quicksort.

    >>> quicksort([3, 1, 2])
    [1, 2, 3]
    """
    if len(items) <= 1:
        return items
    pivot, *rest = items
    smaller = [item for item in rest if item < pivot]
    larger = [item for item in rest if item >= pivot]
    return quicksort(smaller) + [pivot] + quicksort(larger)


def merge_sorted(a, b):
    """Merge two sorted lists into one sorted list.

    >>> merge_sorted([1, 3], [2])
    [1, 2, 3]
    """
    merged = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            merged.append(a[i])
            i += 1
        else:
            merged.append(b[j])
            j += 1
    return merged + a[i:] + b[j:]


def binary_search(items, wanted):
    """Find the index of an item in a sorted list with binary search.

    >>> binary_search([1, 3, 5], 5)
    2
    """
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1



def is_sorted(items):
    """Return True if a list is sorted.

    >>> is_sorted([1, 2, 2])
    True
    """
    return all(a <= b for a, b in zip(items, items[1:]))


def sort_by_value(mapping):
    """Sort a dictionary by its values.

    >>> sort_by_value({'a': 2, 'b': 1})
    {'b': 1, 'a': 2}
    """
    return dict(sorted(mapping.items(), key=lambda item: item[1]))


def invert(mapping):
    """Swap the keys and values of a dictionary.

    >>> invert({'a': 1})
    {1: 'a'}
    """
    return {value: key for key, value in mapping.items()}


def merge_dicts(a, b):
    """Merge two dictionaries.

    >>> merge_dicts({'a': 1}, {'b': 2})
    {'a': 1, 'b': 2}
    """
    return {**a, **b}


def read_file(path):
    """Read a text file and return its content.

    >>> read_file.__name__
    'read_file'
    """
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_lines(path):
    """Read the lines of a text file into a list.

    >>> read_lines.__name__
    'read_lines'
    """
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def write_file(path, text):
    """Write a text to a file.

    >>> write_file.__name__
    'write_file'
    """
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def count_lines(path):
    """Count the lines of a file.

    >>> count_lines.__name__
    'count_lines'
    """
    with open(path, encoding="utf-8") as file:
        return sum(1 for line in file)


def list_files(folder, suffix):
    """List the files of a folder that end with a suffix.

    >>> list_files('.', '.nothing')
    []
    """
    return sorted(str(path) for path in Path(folder).glob(f"*{suffix}"))


def days_between(start, end):
    """Return the number of days between two dates.

    >>> days_between(date(2024, 1, 1), date(2024, 1, 31))
    30
    """
    return abs((end - start).days)


def measure(function):
    """Measure how many seconds a function takes.

    >>> measure(lambda: None) < 60
    True
    """
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def random_password(length=12):
    """Generate a random password.

    >>> len(random_password(8))
    8
    """
    letters = string.ascii_letters + string.digits
    return "".join(random.choice(letters) for _ in range(length))


def roll_dice(sides=6):
    """Roll a dice with a number of sides.

    >>> 1 <= roll_dice() <= 6
    True
    """
    return random.randint(1, sides)


def to_int(text, default=0):
    """Convert a text to an integer, or return a default if that fails.

    >>> to_int('x', 7)
    7
    """
    try:
        return int(text)
    except ValueError:
        return default


def hanoi(n, source, target, spare):
    """Return the moves that solve the towers of Hanoi.

    >>> hanoi(1, 'a', 'c', 'b')
    [('a', 'c')]
    """
    if n == 0:
        return []
    return hanoi(n - 1, source, spare, target) + [(source, target)] + hanoi(n - 1, spare, target, source)
